#include "server/api/history.h"

#include <algorithm>
#include <concepts>
#include <type_traits>
#include <variant>

#include "events/base/url_path.h"
#include "events/base/version_hash.h"
#include "events/fields.h"
#include "projections/projections.h"
#include "server/api/render.h"
#include "server/history/commit_codes.h"
#include "server/history/positions.h"

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
// A filter may pass over many commits before one is shown.
constexpr std::uint64_t filtered_commits_max = 20'000;

// Writes the content of an event, in the API's terms. How a field is shown depends on its type, and
// on its name where the API is briefer than the log. Fields of other types do not occur in events
// of codelists.
class EventWriter {
 public:
  EventWriter(JsonWriter& json, const HistoryRange& range)
      : json_(json), show_changes_(range.show_changes), offset_(range.codes_offset) {}

  void write(const events::Event& event) {
    is_cut_ = false;
    std::visit([this](const auto& value) { write_fields(value); }, event);
  }
  // True if a list of the last event goes on after what was written.
  bool is_cut() const { return is_cut_; }

 private:
  template <class Event>
  void write_fields(const Event& event) {
    events::visit_fields(event, [this](std::string_view name, const auto& value) {
      if constexpr (requires { this->on(name, value); }) this->on(name, value);
    });
  }
  // Other events leave `settled` out; this one has nothing else.
  void write_fields(const events::AssumptionsConfirmed& event) {
    on("version", event.version);
    json_.field("confirmed_count", std::uint64_t{event.settled.size()});
    if (!show_changes_) return;
    json_.key("confirmed");
    write_texts(part_of(event.settled), json_);
  }

  void on(std::string_view name, base::VersionId id) { json_.field(name, base::version_hash(id)); }
  void on(std::string_view name, const std::optional<base::VersionId>& id) {
    if (id) json_.field(name, base::version_hash(*id));
  }
  void on(std::string_view name, base::Position position) { json_.field(name, position.value()); }
  void on(std::string_view name, const std::optional<base::Timestamp>& time) {
    if (time) json_.field(name, base::format_timestamp(*time));
  }
  void on(std::string_view name, const events::Owner& owner) {
    json_.field(name, events::to_string(owner));
  }
  template <std::same_as<bool> Truth>
  void on(std::string_view name, Truth value) {
    json_.field(name, value);
  }
  void on(std::string_view name, events::VersionStatus status) {
    json_.field(name, events::to_string(status));
  }
  void on(std::string_view name, events::VersionOrigin origin) {
    json_.field(name, events::to_string(origin));
  }
  void on(std::string_view name, events::DeletionCause cause) {
    json_.field(name, events::to_string(cause));
  }
  void on(std::string_view name, const std::string& text) {
    if (name == "reason" && text.empty()) return;
    json_.field(name, text);
  }
  void on(std::string_view name, const std::optional<std::string>& text) {
    if (name == "csv_data") {
      json_.field("style", text ? "old" : "new");
    } else if (name != "expression" || text) {
      json_.field(name, text);
    }
  }
  void on(std::string_view name, const std::vector<std::string>& texts) {
    if (name == "settled" || name == "reopened") return;
    if (name == "assumed") {
      if (!texts.empty()) json_.field("assumed_count", std::uint64_t{texts.size()});
    } else if (name != "compatible_releases" || !texts.empty()) {
      json_.key(name);
      write_texts(texts, json_);
    }
  }
  void on(std::string_view name, const std::vector<events::Reference>& references) {
    json_.key(name);
    write_references(references, json_);
  }
  void on(std::string_view name, const std::vector<events::SignOff>& signoffs) {
    json_.key(name);
    write_signoffs(signoffs, json_);
  }
  void on(std::string_view name, const std::optional<events::VersionContent>& content) {
    if (!content) return;
    json_.key(name).begin_object();
    write_digest("content_digest", content->content_digest, json_);
    write_digest("download_digest", content->download_digest, json_);
    json_.end_object();
  }
  void on(std::string_view name, const std::vector<base::CodeWithStatus>& codes) {
    if (name == "codes") return write_status_counts(codes);
    json_.field(std::string(name) + "_count", std::uint64_t{codes.size()});
    json_.key(name).begin_array();
    for (const base::CodeWithStatus& code : part_of(codes)) {
      json_.begin_array().value(code.code).value(base::to_string(code.status)).end_array();
    }
    json_.end_array();
  }
  void on(std::string_view, const std::vector<CodeChange>& changes) {
    json_.field("changed_count", std::uint64_t{changes.size()});
    if (!show_changes_) return;
    json_.key("changed");
    write_changes(part_of(changes), json_);
  }
  void on(std::string_view name, const events::SearchWithResults& search) {
    json_.key(name);
    write_search({base::VersionId(), search}, json_);
  }
  void on(std::string_view name, const std::vector<events::SearchWithResults>& searches) {
    if (name == "searches") json_.field("searches_count", std::uint64_t{searches.size()});
  }
  void on(std::string_view name, const std::vector<events::SearchLeftOut>& searches) {
    if (searches.empty()) return;
    json_.key(name);
    write_searches_left_out(searches, json_);
  }

  void write_status_counts(const std::vector<base::CodeWithStatus>& codes) {
    projections::StatusCounts counts{};
    for (const base::CodeWithStatus& code : codes) ++counts[static_cast<std::size_t>(code.status)];
    json_.key("counts");
    write_counts(counts, json_);
  }

  template <class Entry>
  std::vector<Entry> part_of(const std::vector<Entry>& all) {
    const std::size_t first = std::min<std::uint64_t>(offset_, all.size());
    const std::size_t after = first + std::min(event_codes_max, all.size() - first);
    is_cut_ = is_cut_ || after < all.size();
    return {all.begin() + static_cast<std::ptrdiff_t>(first),
            all.begin() + static_cast<std::ptrdiff_t>(after)};
  }

  JsonWriter& json_;
  const bool show_changes_;
  const std::uint64_t offset_;
  bool is_cut_ = false;
};

// A commit that can no longer be read is part of the history too.
void write_damaged(base::Position position, JsonWriter& json) {
  json.begin_object().field("position", position.value()).key("time").null();
  json.key("actor").null().key("command").null();
  json.field("type", "Damaged").field("detail", "the log's record of this commit is damaged");
  json.end_object();
}

// The address of the page that begins with this commit, and has no other.
std::string history_address(const projections::Handle& handle, base::Position position) {
  return base::encode_url_path("/api/v2/codelists/" + events::to_string(handle.owner) + "/" +
                               handle.slug + "/history") +
         "?after=" + std::to_string(position.value() - 1) + "&limit=1";
}

// The address of the commit's next codes.
std::string address_of_more(const Commit& commit, const projections::Handle& handle,
                            const HistoryRange& range) {
  return history_address(handle, commit.position) + (range.show_changes ? "&changes=true" : "") +
         "&offset=" + std::to_string(range.codes_offset + event_codes_max);
}

void write_commit(const Commit& commit, const projections::Handle& handle,
                  const HistoryRange& range, JsonWriter& json) {
  EventWriter writer(json, range);
  if (!range.filter.passes(commit)) return;
  for (const events::Event& event : commit.content.events) {
    if (!range.filter.passes(event)) continue;
    json.begin_object().field("position", commit.position.value());
    json.field("time", base::format_timestamp(commit.content.time)).key("actor");
    commit.content.actor.empty() ? json.null() : json.value(commit.content.actor);
    json.field("command", commit.content.command).field("type", events::event_type(event));
    writer.write(event);
    if (writer.is_cut()) json.field("more", address_of_more(commit, handle, range));
    json.end_object();
  }
}

struct Shown {
  const projections::Handle& handle;
  const HistoryRange& range;
};

// Returns the number of codes in the commit; nothing, and writes nothing, if the log does not show
// it yet: the views do so a moment earlier.
Result<std::optional<std::size_t>> write_commit_at(const events::Log& log, base::Position position,
                                                   const Shown& shown, JsonWriter& json) {
  const auto commit = log.read(position);
  if (commit) {
    write_commit(*commit, shown.handle, shown.range, json);
    return std::optional(history::codes_count(*commit));
  }
  if (commit.error().code == base::ErrorCode::not_found) return std::optional<std::size_t>();
  if (commit.error().code != base::ErrorCode::corrupt) return commit.error();
  if (shown.range.filter.is_empty()) write_damaged(position, json);
  return std::optional<std::size_t>(0);
}

}  // namespace

Result<std::string> history_json(const events::Log& log, const projections::Views& views,
                                 base::CodelistId codelist, const HistoryRange& range) {
  const auto stream = events::Stream::of_codelist(codelist);
  const StreamVersion size = views.stream_version(stream);
  auto next = history::first_version_after(log, stream, size, range.after);
  if (!next) return next.error();
  const auto record = views.codelist(codelist);
  const projections::Handle handle = record ? record->handle() : projections::Handle();
  const std::uint64_t commits_max = range.codes_offset == 0 ? range.commits_max : 1;
  const bool is_filtered = !range.filter.is_empty();
  base::Position last = range.after;
  std::size_t codes = 0;
  std::uint64_t shown_count = 0;
  JsonWriter json;
  json.begin_object().key("events").begin_array();
  for (std::uint64_t i = 0; shown_count < commits_max && *next <= size; ++i) {
    if (json.size_bytes() >= page_bytes_max || codes >= page_codes_max) break;
    if (i == filtered_commits_max) break;
    const std::size_t before_bytes = json.size_bytes();
    const auto position = log.stream_position(stream, *next);
    if (!position) return position.error();
    const auto written = write_commit_at(log, *position, {handle, range}, json);
    if (!written) return written.error();
    if (!*written) break;
    codes += **written;
    if (!is_filtered || json.size_bytes() > before_bytes) ++shown_count;
    last = *position;
    *next = next->next();
  }
  json.end_array().key("next");
  *next <= size ? json.value(last.value()) : json.null();
  json.end_object();
  return json.take();
}

Result<std::optional<CommitJson>> next_commit_json(const events::Log& log,
                                                   const projections::Views& views,
                                                   base::CodelistId codelist,
                                                   const CommitRange& range) {
  const auto stream = events::Stream::of_codelist(codelist);
  const StreamVersion size = views.stream_version(stream);
  const auto next = history::first_version_after(log, stream, size, range.after);
  if (!next) return next.error();
  if (*next > size) return std::optional<CommitJson>();
  const auto position = log.stream_position(stream, *next);
  if (!position) return position.error();
  const auto record = views.codelist(codelist);
  const projections::Handle handle = record ? record->handle() : projections::Handle();
  JsonWriter json;
  json.begin_object().field("position", position->value()).key("events").begin_array();
  const auto written = write_commit_at(log, *position, {handle, {}}, json);
  if (!written) return written.error();
  if (!*written) return std::optional<CommitJson>();
  json.end_array().end_object();
  if (json.size_bytes() <= range.bytes_max)
    return std::optional(CommitJson{*position, json.take()});
  JsonWriter address;
  address.begin_object().field("position", position->value()).key("events").begin_array();
  address.end_array().field("more", history_address(handle, *position)).end_object();
  return std::optional(CommitJson{*position, address.take()});
}

}  // namespace codelog::api
