#include "server/api/history.h"

#include <algorithm>
#include <array>
#include <variant>

#include "events/base/url_path.h"
#include "events/base/version_hash.h"
#include "projections/projections.h"
#include "server/api/render.h"
#include "server/application/names.h"

namespace codelog::api {
namespace {

using base::Result;
using base::StreamVersion;
using events::CodeChange;
using events::Commit;

// A page ends with the commit that exceeds one of these. A step of a large draft changes 100,000
// codes; to read a thousand such steps for one page, shown or not, would be gigabytes, for any
// client who asks.
constexpr std::size_t page_bytes_max = 4u << 20;
constexpr std::size_t page_codes_max = 200'000;

// Writes the content of an event, in the API's terms.
class EventWriter {
 public:
  EventWriter(JsonWriter& json, const HistoryRange& range)
      : json_(json), show_changes_(range.show_changes), offset_(range.codes_offset) {}

  void write(const events::Event& event) {
    is_cut_ = false;
    std::visit([this](const auto& value) { on(value); }, event);
  }
  // True if a list of the last event goes on after what was written.
  bool is_cut() const { return is_cut_; }

 private:
  void on(const events::CodelistCreated& event) {
    write_handle_fields({event.owner, event.name, event.slug}, json_);
    json_.field("coding_system", event.coding_system).field("description", event.description);
    json_.field("methodology", event.methodology);
    write_references(event.references);
    write_signoffs(event.signoffs);
    if (event.cloned_from) json_.field("cloned_from", base::version_hash(*event.cloned_from));
  }
  void on(const events::CodelistDetailsChanged& event) {
    json_.field("description", event.description).field("methodology", event.methodology);
  }
  void on(const events::CodelistHandleChanged& event) {
    write_handle_fields({event.owner, event.name, event.slug}, json_);
  }
  void on(const events::CodelistReferencesReplaced& event) { write_references(event.references); }
  void on(const events::CodelistSignOffsReplaced& event) { write_signoffs(event.signoffs); }
  void on(const events::CollaboratorAdded& event) { json_.field("username", event.username); }
  void on(const events::CollaboratorRemoved& event) { json_.field("username", event.username); }
  void on(const events::CodelistTagsReplaced& event) {
    json_.key("tags");
    write_texts(event.tags, json_);
  }
  void on(const events::CodelistDeleted& event) { write_deletion(event.cause, event.reason); }

  void on(const events::VersionCreated& event) {
    write_version(event.version);
    json_.field("status", application::status_text(event.status)).field("tag", event.tag);
    json_.field("author", event.author).field("release", event.release);
    if (event.source) json_.field("source", base::version_hash(*event.source));
    json_.field("style", event.csv_data ? "old" : "new");
    projections::StatusCounts counts{};
    for (const auto& code : event.codes) ++counts[static_cast<std::size_t>(code.status)];
    json_.key("counts");
    write_counts(counts, json_);
    json_.field("searches_count", std::uint64_t{event.searches.size()});
    if (!event.searches_left_out.empty()) {
      json_.key("searches_left_out");
      write_searches_left_out(event.searches_left_out, json_);
    }
    if (!event.assumed.empty()) {
      json_.field("assumed_count", std::uint64_t{event.assumed.size()});
    }
  }
  void on(const events::SearchAdded& event) {
    write_version(event.version);
    write_search(event.search);
    write_changed(event.changes);
  }
  void on(const events::SearchRemoved& event) {
    write_version(event.version);
    write_search(event.search);
    write_changed(event.changes);
  }
  void on(const events::StatusesChanged& event) {
    write_version(event.version);
    json_.field("updates_count", std::uint64_t{event.updates.size()});
    json_.key("updates").begin_array();
    for (const base::CodeWithStatus& update : part_of(event.updates)) {
      json_.begin_array().value(update.code).value(base::to_string(update.status)).end_array();
    }
    json_.end_array();
    if (!event.reason.empty()) json_.field("reason", event.reason);
    write_changed(event.changes);
  }
  void on(const events::StatusesReapplied& event) {
    write_version(event.version);
    write_changed(event.changes);
  }
  void on(const events::AssumptionsConfirmed& event) {
    write_version(event.version);
    json_.field("confirmed_count", std::uint64_t{event.settled.size()});
    if (!show_changes_) return;
    json_.key("confirmed");
    write_texts(part_of(event.settled), json_);
  }
  void on(const events::DraftStepUndone& event) { write_step(event); }
  void on(const events::DraftStepRedone& event) { write_step(event); }
  void on(const events::VersionSavedForReview& event) {
    write_version(event.version);
    if (event.compatible_releases.empty()) return;
    json_.key("compatible_releases");
    write_texts(event.compatible_releases, json_);
  }
  void on(const events::VersionPublished& event) { write_version(event.version); }
  void on(const events::VersionDeleted& event) {
    write_version(event.version);
    write_deletion(event.cause, event.reason);
  }

  // Events that belong to no codelist; they never come here.
  template <class Other>
  void on(const Other&) {}

  template <class Step>
  void write_step(const Step& event) {
    write_version(event.version);
    json_.field("step", event.step.value());
    write_changed(event.changes);
  }

  void write_version(base::VersionId id) { json_.field("version", base::version_hash(id)); }

  void write_search(const events::SearchWithResults& search) {
    json_.key("search");
    api::write_search({base::VersionId(), search}, json_);
  }

  void write_changed(const std::vector<CodeChange>& changes) {
    json_.field("changed_count", std::uint64_t{changes.size()});
    if (!show_changes_) return;
    json_.key("changed");
    write_changes(part_of(changes), json_);
  }

  template <class Entry>
  std::vector<Entry> part_of(const std::vector<Entry>& all) {
    const std::size_t first = std::min<std::uint64_t>(offset_, all.size());
    const std::size_t after = first + std::min(event_codes_max, all.size() - first);
    is_cut_ = is_cut_ || after < all.size();
    return {all.begin() + static_cast<std::ptrdiff_t>(first),
            all.begin() + static_cast<std::ptrdiff_t>(after)};
  }

  void write_deletion(events::DeletionCause cause, const std::string& reason) {
    constexpr std::array<std::string_view, 4> causes = {"requested", "discarded", "superseded",
                                                        "with codelist"};
    json_.field("cause", causes[static_cast<std::size_t>(cause)]);
    if (!reason.empty()) json_.field("reason", reason);
  }

  void write_references(const std::vector<events::Reference>& references) {
    json_.key("references");
    api::write_references(references, json_);
  }
  void write_signoffs(const std::vector<events::SignOff>& signoffs) {
    json_.key("signoffs");
    api::write_signoffs(signoffs, json_);
  }

  JsonWriter& json_;
  const bool show_changes_;
  const std::uint64_t offset_;
  bool is_cut_ = false;
};

// The version of the stream at its first commit after `after`.
Result<StreamVersion> first_after(const events::EventLog& log, const std::string& stream,
                                  StreamVersion size, base::Position after) {
  std::uint64_t first = 1;
  std::uint64_t end = size.value() + 1;
  while (first < end) {
    const std::uint64_t middle = first + (end - first) / 2;
    const auto position = log.stream_position(stream, StreamVersion(middle));
    if (!position) return position.error();
    if (*position > after) {
      end = middle;
    } else {
      first = middle + 1;
    }
  }
  return StreamVersion(first);
}

// A commit that can no longer be read is part of the history too.
void write_damaged(base::Position position, JsonWriter& json) {
  json.begin_object().field("position", position.value()).key("time").null();
  json.key("actor").null().key("command").null();
  json.field("type", "Damaged").field("detail", "the log's record of this commit is damaged");
  json.end_object();
}

// The address of the commit's next codes.
std::string address_of_more(const Commit& commit, const projections::Handle& handle,
                            const HistoryRange& range) {
  return base::encode_url_path("/api/v2/codelists/" + owner_text(handle.owner) + "/" + handle.slug +
                               "/history") +
         "?after=" + std::to_string(commit.position.value() - 1) + "&limit=1" +
         (range.show_changes ? "&changes=true" : "") +
         "&offset=" + std::to_string(range.codes_offset + event_codes_max);
}

void write_commit(const Commit& commit, const projections::Handle& handle,
                  const HistoryRange& range, JsonWriter& json) {
  EventWriter writer(json, range);
  for (const events::Event& event : commit.content.events) {
    json.begin_object().field("position", commit.position.value());
    json.field("time", base::format_timestamp(commit.content.time)).key("actor");
    commit.content.actor.empty() ? json.null() : json.value(commit.content.actor);
    json.field("command", commit.content.command).field("type", events::event_type(event));
    writer.write(event);
    if (writer.is_cut()) json.field("more", address_of_more(commit, handle, range));
    json.end_object();
  }
}

// How many codes the commit holds, shown or not.
std::size_t codes_count(const Commit& commit) {
  std::size_t count = 0;
  for (const events::Event& any : commit.content.events) {
    std::visit(
        [&](const auto& event) {
          if constexpr (requires { event.changes.size(); }) count += event.changes.size();
          if constexpr (requires { event.updates.size(); }) count += event.updates.size();
          if constexpr (requires { event.codes.size(); }) count += event.codes.size();
          if constexpr (requires { event.search.codes; }) count += event.search.codes.size();
          if constexpr (requires { event.settled.size(); }) count += event.settled.size();
        },
        any);
  }
  return count;
}

}  // namespace

Result<std::string> history_json(const events::EventLog& log, const projections::Views& views,
                                 base::CodelistId codelist, const HistoryRange& range) {
  const std::string stream = projections::codelist_stream(codelist);
  const StreamVersion size = views.stream_version(stream);
  auto next = first_after(log, stream, size, range.after);
  if (!next) return next.error();
  const auto record = views.codelist(codelist);
  const projections::Handle handle = record ? record->handle() : projections::Handle();
  const std::uint64_t commits_max = range.codes_offset == 0 ? range.commits_max : 1;
  base::Position last = range.after;
  std::size_t codes = 0;
  JsonWriter json;
  json.begin_object().key("events").begin_array();
  for (std::uint64_t i = 0; i < commits_max && *next <= size; ++i) {
    if (json.size_bytes() >= page_bytes_max || codes >= page_codes_max) break;
    const auto position = log.stream_position(stream, *next);
    if (!position) return position.error();
    const auto commit = log.read(*position);
    if (commit) {
      codes += codes_count(*commit);
      write_commit(*commit, handle, range, json);
    } else if (commit.error().code == base::ErrorCode::corrupt) {
      write_damaged(*position, json);
    } else if (commit.error().code == base::ErrorCode::not_found) {
      break;  // The views show it a moment before the log does.
    } else {
      return commit.error();
    }
    last = *position;
    *next = next->next();
  }
  json.end_array().key("next");
  *next <= size ? json.value(last.value()) : json.null();
  json.end_object();
  return json.take();
}

}  // namespace codelog::api
