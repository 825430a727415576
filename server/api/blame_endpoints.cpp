// Who decided each code of a version, and the life of one code.
#include <algorithm>

#include "events/base/version_hash.h"
#include "server/api/endpoints.h"
#include "server/api/past.h"
#include "server/api/paths.h"
#include "server/api/render.h"
#include "server/commands/csv_writer.h"
#include "server/commands/version_contents.h"
#include "server/files/recent_rows.h"
#include "server/history/code_life.h"
#include "server/history/provenance.h"
#include "server/trees/trees.h"

namespace codelog::api {
namespace {

using base::CodeWithStatus;
using history::Decision;
using http::Method;

constexpr std::uint64_t blamed_codes_default = 1'000;
constexpr std::uint64_t blamed_codes_max = 20'000;
constexpr std::uint64_t life_events_max = 500;
constexpr std::size_t row_bytes = 256;  // approximate; for reserving memory

constexpr endpoints::Parameter blamed_code{"code", R"({"type": "string"})",
                                           "The life of this code alone, in the spelling of its "
                                           "release: all that found, decided or changed it, in "
                                           "this version and in those that it was made from."};
constexpr endpoints::Parameter blame_limit{"limit",
                                           R"({"type": "integer", "minimum": 1, "maximum": 20000})",
                                           "Codes on a page; with `code`, events, at most 500."};
constexpr endpoints::Parameter blame_before{
    "before", R"({"type": "integer", "minimum": 0})",
    "With `code`: the `next` of the page before; events older than this."};

bool wants_csv(const http::Request& request) {
  return request.header("Accept").value_or("").find("text/csv") != std::string_view::npos;
}

// A version at one moment, with what tells who decided its codes.
struct Blamed {
  const Views& views;
  const VersionRecord& version;
  commands::ReleasePointer release;                        // null: it has no file
  std::shared_ptr<const coding_systems::Codeset> codeset;  // shared with the draft; or null
  std::vector<CodeWithStatus> codes;                       // sorted
  history::Provenance provenance;
};

Result<Blamed> read_blamed(const ReadCall& call, const Views& views, const VersionRecord& version) {
  const commands::Site& site = call.application.site();
  Blamed blamed{views, version, files::release_if_there(site, views, version), nullptr, {}, {}};
  if (version.has_csv_data) {
    const auto codes = commands::included_codes(views, version);
    if (!codes) return codes.error();
    for (const std::string& code : *codes) {
      blamed.codes.push_back({code, base::CodeStatus::included});
    }
  } else {
    blamed.codes = views.codes(version.id);
    if (blamed.release) {
      const auto codes = trees::read_codes(site, views, version);
      if (!codes) return codes.error();
      blamed.codeset = codes->codeset;
    }
  }
  auto provenance = history::provenance_of(site.log, views, version);
  if (!provenance) return provenance.error();
  blamed.provenance = std::move(*provenance);
  return blamed;
}

std::string_view term_of(const Blamed& blamed, std::string_view code) {
  return blamed.release ? commands::shown_term_of(*blamed.release, code) : std::string_view();
}

// The decided codes that a code's status follows from: itself, or the closest above it.
std::vector<CodeWithStatus> deciders_of(const Blamed& blamed, const CodeWithStatus& code) {
  if (base::is_direct(code.status)) return {code};
  if (!blamed.codeset) return {};
  return blamed.codeset->deciders_of(code.code);
}

// Nothing: the history was too long to find it.
std::optional<Decision> decision_on(const Blamed& blamed, const std::string& code) {
  const history::Provenance& provenance = blamed.provenance;
  const auto found = provenance.decisions.find(code);
  if (found != provenance.decisions.end()) return found->second;
  if (!provenance.is_complete || !provenance.created) return std::nullopt;
  // Nobody decided it step by step: the version was made with it.
  return Decision{*provenance.created, {}, blamed.version.id, true};
}

void write_decision(const Decision& decision, JsonWriter& json) {
  json.field("position", decision.act.position.value());
  json.field("time", base::format_timestamp(decision.act.time)).key("actor");
  decision.act.actor.empty() ? json.null() : json.value(decision.act.actor);
  if (!decision.reason.empty()) json.field("reason", decision.reason);
  json.field("version", base::version_hash(decision.version));
  json.field("given", decision.is_from_source);
}

void write_code(const Blamed& blamed, const CodeWithStatus& code, JsonWriter& json) {
  json.begin_object().field("code", code.code).field("term", term_of(blamed, code.code));
  json.field("status", base::to_string(code.status)).key("decided_by").begin_array();
  for (const CodeWithStatus& decider : deciders_of(blamed, code)) {
    json.begin_object().field("code", decider.code).field("term", term_of(blamed, decider.code));
    json.field("status", base::to_string(decider.status));
    if (const auto decision = decision_on(blamed, decider.code)) write_decision(*decision, json);
    json.end_object();
  }
  json.end_array().end_object();
}

void append_code(const Blamed& blamed, const CodeWithStatus& code, std::string& csv) {
  const std::string_view term = term_of(blamed, code.code);
  const std::string_view status = base::to_string(code.status);
  const auto deciders = deciders_of(blamed, code);
  if (deciders.empty()) {
    commands::append_csv_row({code.code, term, status, "", "", "", "", "", "", "", "", ""}, csv);
  }
  for (const CodeWithStatus& decider : deciders) {
    const auto decision = decision_on(blamed, decider.code);
    const std::string position =
        decision ? std::to_string(decision->act.position.value()) : std::string();
    commands::append_csv_row({code.code, term, status, decider.code, term_of(blamed, decider.code),
                              base::to_string(decider.status), position,
                              decision ? base::format_timestamp(decision->act.time) : "",
                              decision ? std::string_view(decision->act.actor) : "",
                              decision ? std::string_view(decision->reason) : "",
                              decision ? base::version_hash(decision->version) : "",
                              decision && decision->is_from_source ? "yes" : ""},
                             csv);
  }
}

struct BlamePage {
  std::uint64_t offset = 0;
  std::uint64_t limit = 0;
};

std::string next_address(const ReadCall& call, const BlamePage& page) {
  std::string address = call.request.path() +
                        "?offset=" + std::to_string(page.offset + page.limit) +
                        "&limit=" + std::to_string(page.limit);
  if (call.request.query().has("as_of")) {
    address += "&as_of=" + std::string(call.request.query().get("as_of"));
  }
  return address;
}

http::Response show_codes(const ReadCall& call, const Blamed& blamed, const BlamePage& page) {
  const std::size_t first = std::min<std::uint64_t>(page.offset, blamed.codes.size());
  const std::size_t after = std::min<std::uint64_t>(blamed.codes.size(), first + page.limit);
  const bool is_more = after < blamed.codes.size();
  if (wants_csv(call.request)) {
    std::string csv;
    csv.reserve((after - first) * row_bytes);
    commands::append_csv_row(
        {"code", "term", "status", "decided_by", "decided_by_term", "decided_status", "position",
         "time", "actor", "reason", "version", "given"},
        csv);
    for (std::size_t i = first; i < after; ++i) append_code(blamed, blamed.codes[i], csv);
    http::Response response = http::content(200, "text/csv; charset=utf-8", std::move(csv));
    if (is_more) response.add("Link", "<" + next_address(call, page) + ">; rel=\"next\"");
    return response;
  }
  JsonWriter json(codelog::json::JsonStyle::compact, 256 + (after - first) * row_bytes);
  json.begin_object().field("hash", base::version_hash(blamed.version.id));
  json.field("release", blamed.version.release);
  json.field("position", blamed.version.changed_at.value());
  json.field("codes_count", std::uint64_t{blamed.codes.size()});
  json.field("is_complete", blamed.provenance.is_complete).key("codes").begin_array();
  for (std::size_t i = first; i < after; ++i) write_code(blamed, blamed.codes[i], json);
  json.end_array().key("next");
  is_more ? json.value(std::uint64_t{after}) : json.null();
  json.end_object();
  return http::json_text(200, json.take());
}

// --- One code

void write_life_event(const history::LifeEvent& event, JsonWriter& json) {
  json.begin_object().field("position", event.act.position.value());
  json.field("time", base::format_timestamp(event.act.time)).key("actor");
  event.act.actor.empty() ? json.null() : json.value(event.act.actor);
  json.field("command", event.command).field("type", event.deed.type);
  if (event.deed.version) json.field("version", base::version_hash(*event.deed.version));
  if (!event.deed.text.empty()) json.field("text", event.deed.text);
  if (!event.reason.empty()) json.field("reason", event.reason);
  if (event.deed.step) json.field("step", event.deed.step->value());
  const auto write = [&](std::string_view name, const std::optional<base::CodeStatus>& status) {
    json.key(name);
    status ? json.value(base::to_string(*status)) : json.null();
  };
  if (event.deed.change) {
    write("before", event.deed.change->before);
    write("after", event.deed.change->after);
  }
  json.field("counts", event.counts).end_object();
}

Result<http::Response> show_life(const ReadCall& call, const Views& views,
                                 const VersionRecord& version, const history::LifeQuery& query) {
  const auto blamed = read_blamed(call, views, version);
  if (!blamed) return blamed.error();
  const auto life = history::read_code_life(call.application.site().log, views, version, query);
  if (!life) return life.error();
  const auto found = std::ranges::lower_bound(blamed->codes, query.code, {}, &CodeWithStatus::code);
  const bool is_there = found != blamed->codes.end() && found->code == query.code;
  if (!is_there && life->events.empty() && !query.before) {
    return Error{ErrorCode::not_found, "'" + query.code + "' has never been in this version", {}};
  }
  JsonWriter json;
  json.begin_object().field("hash", base::version_hash(version.id));
  json.field("release", version.release).field("position", version.changed_at.value());
  json.field("is_complete", blamed->provenance.is_complete && life->is_complete);
  json.field("code", query.code).field("term", term_of(*blamed, query.code)).key("now");
  is_there ? write_code(*blamed, *found, json) : static_cast<void>(json.null());
  json.key("life").begin_array();
  for (const history::LifeEvent& event : life->events) write_life_event(event, json);
  json.end_array().key("next");
  life->next ? json.value(life->next->value()) : json.null();
  json.end_object();
  return http::json_text(200, json.take());
}

Result<http::Response> show_blame(const ReadCall& call, const Views& views, base::VersionId id) {
  const auto version = views.version(id);
  if (!version) return Error{ErrorCode::not_found, "there is no such version", {}};
  const http::Parameters& query = call.request.query();
  const bool is_of_code = query.has("code");
  const std::uint64_t limit_max = is_of_code ? life_events_max : blamed_codes_max;
  const std::uint64_t otherwise =
      is_of_code ? limit_max : (wants_csv(call.request) ? blamed_codes_max : blamed_codes_default);
  const auto limit = number_in_query(call.request, "limit", otherwise, {1, limit_max});
  if (!limit) return limit.error();
  if (is_of_code) {
    const auto before = number_in_query(call.request, "before", 0, {});
    if (!before) return before.error();
    history::LifeQuery life{.code = std::string(query.get("code")), .count_max = *limit};
    if (query.has("before")) life.before = base::Position(*before);
    return show_life(call, views, *version, life);
  }
  const auto offset = number_in_query(call.request, "offset", 0, {});
  if (!offset) return offset.error();
  const auto blamed = read_blamed(call, views, *version);
  if (!blamed) return blamed.error();
  return show_codes(call, *blamed, {*offset, *limit});
}

Result<http::Response> get_blame(const ReadCall& call) {
  const auto id = version_id_in_path(call.path);
  if (!id) return id.error();
  auto response = [&]() -> Result<http::Response> {
    if (!call.request.query().has("as_of")) {
      if (!call.views.version(*id)) {
        return Error{ErrorCode::not_found, "there is no such version", {}};
      }
      const auto place = call.application.begin_long_read();
      if (!place) return place.error();
      return show_blame(call, call.views, *id);
    }
    const auto codelist = call.views.codelist_of_version(*id);
    if (!codelist) return Error{ErrorCode::not_found, "there is no such version", {}};
    return answer_as_of(
        call, *codelist, *id, [&](const Views& then) { return show_blame(call, then, *id); },
        wants_csv(call.request) ? "csv" : "json");
  }();
  if (response) response->add("Vary", "Accept");
  return response;
}

}  // namespace

std::vector<Endpoint> blame_endpoints() {
  return {{.method = Method::get,
           .path = "/api/v2/versions/{hash}/blame",
           .id = "getBlame",
           .summary = "For each code of a version, sorted by code: who decided it, when, by which "
                      "commit, with which reason, and from which codes above it follows. As a "
                      "table with `Accept: text/csv`, one row for each deciding code; `Link` leads "
                      "to the next page.",
           .query = {blamed_code, parameters::offset, blame_limit, blame_before, parameters::as_of},
           .answer = "Blame",
           .octets_media_type = "text/csv",
           .read = get_blame}};
}

}  // namespace codelog::api
