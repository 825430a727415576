#include "server/api/render.h"

#include "events/base/version_hash.h"
#include "projections/projections.h"
#include "server/commands/access_commands.h"
#include "server/commands/draft_making.h"
#include "server/commands/version_contents.h"

namespace codelog::api {
namespace {

using base::CodeStatus;

constexpr std::size_t code_bytes = 32;  // approximate, with status; for reserving memory

void write_former_handles(const CodelistRecord& codelist, JsonWriter& json) {
  json.begin_array();
  for (std::uint32_t i = 0; i < codelist.handles.size(); ++i) {
    if (i != codelist.current_handle) write_handle(codelist.handles[i], json);
  }
  json.end_array();
}

void write_signoff(const events::SignOff& signoff, JsonWriter& json) {
  json.field("user", signoff.username).field("date", signoff.date);
  write_digest("content_digest", signoff.content_digest, json);
}

// A sign-off is stale if the newest finished version has other contents; null: not known.
void write_signoffs_of(const CodelistRecord& codelist, const base::Sha256& newest,
                       JsonWriter& json) {
  json.begin_array();
  for (const events::SignOff& signoff : codelist.signoffs) {
    json.begin_object();
    write_signoff(signoff, json);
    json.key("stale");
    const bool is_known = newest != base::Sha256{} && signoff.content_digest != base::Sha256{};
    is_known ? json.value(signoff.content_digest != newest) : json.null();
    json.end_object();
  }
  json.end_array();
}

void write_content(const CodelistRecord& codelist, const events::VersionContent& content,
                   JsonWriter& json) {
  write_digest("content_digest", content.content_digest, json);
  write_digest("download_digest", content.download_digest, json);
  json.key("signed_off").begin_array();
  for (const events::SignOff& signoff : codelist.signoffs) {
    if (content.content_digest == base::Sha256{}) break;
    if (signoff.content_digest != content.content_digest) continue;
    json.begin_object().field("user", signoff.username).field("date", signoff.date).end_object();
  }
  json.end_array();
}

}  // namespace

void write_signoffs(const std::vector<events::SignOff>& signoffs, JsonWriter& json) {
  json.begin_array();
  for (const events::SignOff& signoff : signoffs) {
    json.begin_object();
    write_signoff(signoff, json);
    json.end_object();
  }
  json.end_array();
}

void write_digest(std::string_view name, const base::Sha256& digest, JsonWriter& json) {
  json.key(name);
  digest == base::Sha256{} ? json.null() : json.value(base::to_hex(digest));
}

void write_searches_left_out(const std::vector<events::SearchLeftOut>& searches, JsonWriter& json) {
  json.begin_array();
  for (const events::SearchLeftOut& search : searches) {
    json.begin_object();
    write_asked(commands::request_of(search), json);
    if (!search.problem.empty()) json.field("problem", search.problem);
    json.field("codes_count", search.codes_count).end_object();
  }
  json.end_array();
}

void write_references(const std::vector<events::Reference>& references, JsonWriter& json) {
  json.begin_array();
  for (const events::Reference& reference : references) {
    json.begin_object().field("text", reference.text).field("url", reference.url).end_object();
  }
  json.end_array();
}

void write_handle_fields(const projections::Handle& handle, JsonWriter& json) {
  json.field("owner", events::to_string(handle.owner));
  json.field("slug", handle.slug).field("name", handle.name);
}

void write_handle(const projections::Handle& handle, JsonWriter& json) {
  json.begin_object();
  write_handle_fields(handle, json);
  json.end_object();
}

void write_counts(const projections::StatusCounts& counts, JsonWriter& json) {
  json.begin_object();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    json.field(base::to_string(static_cast<CodeStatus>(i)), counts[i]);
  }
  json.end_object();
}

void write_version_fields(const VersionRecord& version, JsonWriter& json) {
  json.field("hash", base::version_hash(version.id));
  json.field("id", std::uint64_t{version.id.value()}).field("tag", version.tag);
  json.field("status", events::to_string(version.status)).field("author", version.author);
  json.field("release", version.release).field("style", version.has_csv_data ? "old" : "new");
  json.field("origin", events::to_string(version.origin)).key("source");
  version.source ? json.value(base::version_hash(*version.source)) : json.null();
  json.field("created_at", base::format_timestamp(version.created_at));
  json.field("updated_at", base::format_timestamp(version.updated_at));
  json.field("position", version.changed_at.value()).key("counts");
  write_counts(version.counts, json);
}

void write_asked(const commands::SearchRequest& request, JsonWriter& json) {
  json.field(request.kind == events::SearchKind::term ? "term" : "code", request.text);
  json.field("mode", base::to_string(request.mode));
  if (!request.types.empty()) {
    json.key("types");
    write_texts(request.types, json);
  }
  if (request.active) json.field("active", *request.active);
}

void write_search(const projections::SearchRecord& record, JsonWriter& json) {
  const events::SearchWithResults& search = record.search;
  json.begin_object().field("id", std::uint64_t{search.id.value()});
  write_asked(commands::request_of(search), json);
  json.field("slug", search.slug).field("codes_count", std::uint64_t{search.codes.size()});
  json.end_object();
}

void write_texts(const std::vector<std::string>& texts, JsonWriter& json) {
  json.begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

void write_changes(const std::vector<base::CodeChange>& changes, JsonWriter& json) {
  json.begin_object();
  for (const base::CodeChange& change : changes) {
    json.key(change.code);
    change.after ? json.value(base::to_string(*change.after)) : json.null();
  }
  json.end_object();
}

std::string codelist_json(const Views& views, const CodelistRecord& codelist,
                          const base::Sha256& newest_digest) {
  JsonWriter json;
  json.begin_object().field("id", std::uint64_t{codelist.id.value()});
  write_handle_fields(codelist.handle(), json);
  json.field("coding_system", codelist.coding_system);
  json.field("description", codelist.description).field("methodology", codelist.methodology);
  json.key("references");
  write_references(codelist.references, json);
  json.key("signoffs");
  write_signoffs_of(codelist, newest_digest, json);
  json.key("tags");
  write_texts(codelist.tags, json);
  json.key("collaborators");
  write_texts(codelist.collaborators, json);
  json.key("former_handles");
  write_former_handles(codelist, json);
  json.field("access", commands::is_restricted(views, codelist) ? "restricted" : "open");
  json.field("created_at", base::format_timestamp(codelist.created_at));
  json.field("updated_at", base::format_timestamp(codelist.updated_at));
  json.field("position", views.checkpoint().value());
  json.key("versions").begin_array();
  for (const VersionRecord& version : views.versions_of(codelist.id)) {
    json.begin_object();
    write_version_fields(version, json);
    json.end_object();
  }
  json.end_array().end_object();
  return json.take();
}

std::string version_json(const Views& views, const CodelistRecord& codelist,
                         const VersionRecord& version, const events::VersionContent& content) {
  JsonWriter json(codelog::json::JsonStyle::compact, 1024 + version.codes_count() * code_bytes);
  json.begin_object();
  write_version_fields(version, json);
  json.key("codelist");
  write_handle(codelist.handle(), json);
  json.field("owner", events::to_string(codelist.handle().owner));
  json.field("coding_system", codelist.coding_system);
  json.key("searches").begin_array();
  for (const projections::SearchRecord& search : views.searches(version.id)) {
    write_search(search, json);
  }
  json.end_array();
  if (version.has_csv_data) {
    json.field("csv", views.csv_data(version.id).value_or(""));
    // An uploaded table may have rows without a code.
    if (const auto codes = commands::included_codes(views, version)) {
      json.key("codes");
      write_texts(*codes, json);
    }
  } else {
    json.key("statuses").begin_object();
    for (const base::CodeWithStatus& code : views.codes(version.id)) {
      json.field(code.code, base::to_string(code.status));
    }
    json.end_object();
  }
  json.key("compatible_releases");
  write_texts(views.compatible_releases(version.id), json);
  write_content(codelist, content, json);
  json.field("assumptions_count", version.assumptions_count);
  json.field("can_undo", !version.undo_steps.empty());
  json.field("can_redo", !version.redo_steps.empty()).end_object();
  return json.take();
}

std::string version_etag(const Views& views, const VersionRecord& version) {
  const auto commits = views.stream_version(events::Stream::of_codelist(version.codelist));
  std::string tag =
      "\"" + std::to_string(version.changed_at.value()) + "-" + std::to_string(commits.value());
  std::string marks;
  for (const auto& release : views.compatible_releases(version.id)) marks += release + "\n";
  if (!marks.empty()) {
    constexpr std::size_t digits = 8;
    tag += version_etag_marks + base::to_hex(base::sha256(marks)).substr(0, digits);
  }
  return tag + "\"";
}

}  // namespace codelog::api
