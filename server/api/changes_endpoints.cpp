// What has changed between two moments: of a codelist, and on the site.
#include <algorithm>

#include "events/base/version_hash.h"
#include "server/api/endpoints.h"
#include "server/api/past.h"
#include "server/api/paths.h"
#include "server/api/render.h"
#include "server/application/names.h"
#include "server/commands/access_commands.h"
#include "server/commands/version_contents.h"
#include "server/files/recent_rows.h"
#include "server/history/changes.h"

namespace codelog::api {
namespace {

using history::CodelistChanges;
using history::VersionChanges;
using http::Method;
using projections::Moment;

constexpr std::uint64_t changed_codes_default = 1'000;
constexpr std::uint64_t changed_codes_max = 10'000;

constexpr endpoints::Parameter changes_from{
    "from", R"({"type": "string"})",
    "The earlier state: a position, a time (RFC 3339) or a day, or the hash of a version of the "
    "codelist."};
constexpr endpoints::Parameter changes_to{
    "to", R"({"type": "string"})",
    "The later state: another of the same kind; otherwise the present, or the newest version."};
constexpr endpoints::Parameter changes_version{
    "version", R"({"$ref": "#/components/schemas/Hash"})", "Only this version."};
constexpr endpoints::Parameter changes_limit{
    "limit", R"({"type": "integer", "minimum": 1, "maximum": 10000})",
    "The codes that are listed of each version, from `offset` on."};
constexpr endpoints::Parameter site_from{"from", R"({"type": "string"})",
                                         "The earlier moment: a position, a time (RFC 3339) or a "
                                         "day; or the `next` of the page before."};
constexpr endpoints::Parameter site_to{"to", R"({"type": "string"})",
                                       "The later moment; otherwise the present."};

struct ChangesPage {
  std::uint64_t offset = 0;
  std::uint64_t limit = 0;
};

void write_optional_status(const std::optional<base::CodeStatus>& status, JsonWriter& json) {
  status ? json.value(base::to_string(*status)) : json.null();
}

void write_contents(const history::ContentsChanges& contents, base::VersionId version,
                    const coding_systems::Release* release, const ChangesPage& page,
                    JsonWriter& json) {
  std::uint64_t added_count = 0;
  std::uint64_t removed_count = 0;
  for (const base::CodeChange& change : contents.codes) {
    const bool was_in = change.before && base::is_included(*change.before);
    const bool is_in = change.after && base::is_included(*change.after);
    if (is_in && !was_in) ++added_count;
    if (was_in && !is_in) ++removed_count;
  }
  json.field("changed_count", std::uint64_t{contents.codes.size()});
  json.field("added_count", added_count).field("removed_count", removed_count);
  json.key("codes").begin_array();
  const std::size_t first = std::min<std::uint64_t>(page.offset, contents.codes.size());
  const std::size_t after = std::min<std::uint64_t>(contents.codes.size(), first + page.limit);
  for (std::size_t i = first; i < after; ++i) {
    const base::CodeChange& change = contents.codes[i];
    json.begin_object().field("code", change.code).key("term");
    release != nullptr ? json.value(commands::shown_term_of(*release, change.code)) : json.null();
    json.key("before");
    write_optional_status(change.before, json);
    json.key("after");
    write_optional_status(change.after, json);
    json.end_object();
  }
  json.end_array().key("searches").begin_array();
  for (const history::SearchChange& change : contents.searches) {
    json.begin_object().key("before");
    change.before ? write_search({version, *change.before}, json) : static_cast<void>(json.null());
    json.key("after");
    change.after ? write_search({version, *change.after}, json) : static_cast<void>(json.null());
    json.end_object();
  }
  json.end_array();
}

void write_version(std::string_view name, const std::optional<VersionRecord>& version,
                   JsonWriter& json) {
  json.key(name);
  if (!version) {
    json.null();
    return;
  }
  json.begin_object();
  write_version_fields(*version, json);
  json.end_object();
}

void write_version_changes(const ReadCall& call, const VersionChanges& changes,
                           const ChangesPage& page, JsonWriter& json) {
  const VersionRecord& shown = changes.after ? *changes.after : *changes.before;
  json.begin_object().field("hash", base::version_hash(shown.id));
  json.field("change", !changes.before ? "made" : (!changes.after ? "ended" : "changed"));
  write_version("before", changes.before, json);
  write_version("after", changes.after, json);
  json.key("compared_with");
  changes.compared_with ? json.value(base::version_hash(*changes.compared_with)) : json.null();
  if (changes.contents) {
    const auto codelist = call.views.codelist(shown.codelist);
    const auto release =
        codelist ? files::release_if_there(call.application.site(), call.views, shown) : nullptr;
    write_contents(*changes.contents, shown.id, release.get(), page, json);
  }
  json.end_object();
}

// The details that differ, as {name: {before, after}}.
class DetailsWriter {
 public:
  DetailsWriter(const CodelistChanges& changes, JsonWriter& json)
      : before_(changes.before), after_(changes.after), json_(json) {}

  void write() {
    json_.key("details").begin_object();
    compare("name", [](const CodelistRecord& codelist) { return codelist.handle().name; });
    compare("slug", [](const CodelistRecord& codelist) { return codelist.handle().slug; });
    compare("owner", [](const CodelistRecord& codelist) {
      return events::to_string(codelist.handle().owner);
    });
    compare("description", [](const CodelistRecord& codelist) { return codelist.description; });
    compare("methodology", [](const CodelistRecord& codelist) { return codelist.methodology; });
    compare("tags", [](const CodelistRecord& codelist) { return codelist.tags; });
    compare("collaborators", [](const CodelistRecord& codelist) { return codelist.collaborators; });
    compare("references", [](const CodelistRecord& codelist) { return codelist.references; });
    compare("signoffs", [](const CodelistRecord& codelist) { return codelist.signoffs; });
    compare("private", [](const CodelistRecord& codelist) { return codelist.is_private; });
    json_.end_object();
  }

 private:
  template <class Get>
  void compare(std::string_view name, Get get) {
    const bool is_equal = before_ && after_ && get(*before_) == get(*after_);
    if (is_equal || (!before_ && !after_)) return;
    json_.key(name).begin_object();
    write_side("before", before_, get);
    write_side("after", after_, get);
    json_.end_object();
  }
  template <class Get>
  void write_side(std::string_view side, const std::optional<CodelistRecord>& codelist, Get get) {
    json_.key(side);
    codelist ? write_value(get(*codelist)) : static_cast<void>(json_.null());
  }
  void write_value(const std::string& text) { json_.value(text); }
  void write_value(const std::optional<std::string>& text) { json_.value(text); }
  void write_value(bool truth) { json_.value(truth); }
  void write_value(const std::vector<std::string>& texts) { write_texts(texts, json_); }
  void write_value(const std::vector<events::Reference>& all) { write_references(all, json_); }
  void write_value(const std::vector<events::SignOff>& all) { write_signoffs(all, json_); }

  const std::optional<CodelistRecord>& before_;
  const std::optional<CodelistRecord>& after_;
  JsonWriter& json_;
};

Result<ChangesPage> changes_page(const ReadCall& call) {
  const auto offset = number_in_query(call.request, "offset", 0, {});
  if (!offset) return offset.error();
  const auto limit =
      number_in_query(call.request, "limit", changed_codes_default, {1, changed_codes_max});
  if (!limit) return limit.error();
  return ChangesPage{*offset, *limit};
}

http::Response show_changes(const ReadCall& call, const CodelistChanges& changes,
                            const ChangesPage& page) {
  JsonWriter json;
  json.begin_object().field("from", changes.from.value()).field("to", changes.to.value());
  json.field("change", !changes.before ? "made" : (!changes.after ? "ended" : "changed"));
  DetailsWriter(changes, json).write();
  json.key("versions").begin_array();
  for (const VersionChanges& version : changes.versions) {
    write_version_changes(call, version, page, json);
  }
  json.end_array().field("is_complete", changes.is_complete).end_object();
  return http::json_text(200, json.take());
}

// --- Between two versions

// The version of the codelist whose hash the text is.
std::optional<VersionRecord> version_named(const Views& views, base::CodelistId codelist,
                                           std::string_view text) {
  const auto id = base::parse_version_hash(text);
  auto version = id ? views.version(*id) : std::nullopt;
  if (version && version->codelist != codelist) version.reset();
  return version;
}

Result<http::Response> between_versions(const ReadCall& call, const VersionRecord& from,
                                        const VersionRecord& to, const ChangesPage& page) {
  auto contents = history::changes_between(history::VersionState{call.views, from},
                                           history::VersionState{call.views, to});
  if (!contents) return contents.error();
  CodelistChanges changes;
  changes.from = from.changed_at;
  changes.to = to.changed_at;
  changes.before = call.views.codelist(from.codelist);
  changes.after = changes.before;
  changes.versions.push_back({from, to, from.id, std::move(*contents)});
  return show_changes(call, changes, page);
}

Result<http::Response> get_changes(const ReadCall& call) {
  const auto codelist = codelist_in_path(call.views, call.path);
  if (!codelist) return codelist.error();
  const auto page = changes_page(call);
  if (!page) return page.error();
  const http::Parameters& asked = call.request.query();
  if (!asked.has("from")) return base::field_error(ErrorCode::invalid, "from", "must be given");
  const auto place = call.application.begin_long_read();
  if (!place) return place.error();
  if (const auto from = version_named(call.views, codelist->id, asked.get("from"))) {
    const auto to = asked.has("to") ? version_named(call.views, codelist->id, asked.get("to"))
                                    : call.views.newest_version_of(codelist->id);
    if (!to) {
      return base::field_error(ErrorCode::invalid, "to",
                               "must be the hash of a version of the codelist, as from is");
    }
    return between_versions(call, *from, *to, *page);
  }
  const commands::Site& site = call.application.site();
  const auto from = commands::parse_moment(site, asked.get("from"), "from");
  if (!from) return from.error();
  const auto to = asked.has("to") ? commands::parse_moment(site, asked.get("to"), "to")
                                  : Result<Moment>(Moment(call.views.checkpoint()));
  if (!to) return to.error();
  history::ChangesQuery query{*from, *to};
  if (asked.has("version")) {
    query.version = base::parse_version_hash(asked.get("version"));
    if (!query.version) {
      return base::field_error(ErrorCode::invalid, "version", "must be the hash of a version");
    }
  }
  const auto changes = history::read_changes(site.log, call.views, codelist->id, query);
  if (!changes) return changes.error();
  if (!changes->before && !changes->after) {
    return Error{ErrorCode::not_found, "the codelist did not exist then", {}};
  }
  return show_changes(call, *changes, *page);
}

// --- The site

void write_hashes(std::string_view name, const std::vector<base::VersionId>& versions,
                  JsonWriter& json) {
  json.key(name).begin_array();
  for (const base::VersionId version : versions) json.value(base::version_hash(version));
  json.end_array();
}

void write_activity(const Views& views, const history::CodelistActivity& activity,
                    JsonWriter& json) {
  json.begin_object().field("id", std::uint64_t{activity.codelist.value()}).key("codelist");
  const auto codelist = views.codelist(activity.codelist);
  codelist ? write_handle(codelist->handle(), json) : static_cast<void>(json.null());
  json.field("first_position", activity.first.value());
  json.field("last_position", activity.last.value());
  json.field("commits_count", activity.commits_count);
  json.field("decided_count", activity.decided_count);
  json.field("created", activity.is_created).field("deleted", activity.is_deleted);
  json.key("actors").begin_array();
  for (const auto& [actor, count] : activity.commits_by_actor) {
    json.begin_object().key("actor");
    actor.empty() ? json.null() : json.value(actor);
    json.field("commits_count", count).end_object();
  }
  json.end_array().key("details");
  write_texts(activity.details, json);
  write_hashes("made", activity.made, json);
  write_hashes("saved", activity.saved, json);
  write_hashes("published", activity.published, json);
  write_hashes("ended", activity.ended, json);
  json.end_object();
}

Result<http::Response> get_site_changes(const ReadCall& call) {
  const http::Parameters& asked = call.request.query();
  if (!asked.has("from")) return base::field_error(ErrorCode::invalid, "from", "must be given");
  const commands::Site& site = call.application.site();
  const auto from = commands::parse_moment(site, asked.get("from"), "from");
  if (!from) return from.error();
  const auto to = asked.has("to") ? commands::parse_moment(site, asked.get("to"), "to")
                                  : Result<Moment>(Moment(call.views.checkpoint()));
  if (!to) return to.error();
  const auto place = call.application.begin_long_read();
  if (!place) return place.error();
  const auto first = history::position_at(site.log, *from);
  if (!first) return first.error();
  const auto last = history::position_at(site.log, *to);
  if (!last) return last.error();
  const base::Position end = std::min(*last, call.views.checkpoint());
  const auto changes = history::read_site_changes(site.log, call.views, *first, end);
  if (!changes) return changes.error();
  JsonWriter json;
  json.begin_object().field("from", first->value()).field("to", end.value());
  json.key("codelists").begin_array();
  for (const auto& activity : changes->codelists) write_activity(call.views, activity, json);
  json.end_array().key("releases");
  write_texts(changes->releases, json);
  json.key("next");
  changes->next ? json.value(changes->next->value()) : json.null();
  json.end_object();
  return http::json_text(200, json.take());
}

}  // namespace

std::vector<Endpoint> changes_endpoints() {
  return {{.method = Method::get,
           .path = "/api/v2/codelists/{owner_kind}/{owner}/{slug}/changes",
           .id = "getChanges",
           .summary = "What has changed between two states of a codelist, or two of its versions: "
                      "details, versions made and ended, codes with their statuses, searches. The "
                      "contents of at most 20 versions are compared; `version` asks for another.",
           .query = {changes_from, changes_to, changes_version, parameters::offset, changes_limit},
           .answer = "CodelistDifference",
           .read = get_changes},
          {.method = Method::get,
           .path = "/api/v2/log/changes",
           .id = "getSiteChanges",
           .summary = "The codelists that changed after one moment and up to another, with what "
                      "happened to each. A page reads at most 20,000 commits.",
           .query = {site_from, site_to},
           .answer = "SiteChanges",
           .read = get_site_changes}};
}

}  // namespace codelog::api
