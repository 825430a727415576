// Looking back: a codelist's history, its moments, and single commits.
#include <map>

#include "events/base/version_hash.h"
#include "server/api/endpoints.h"
#include "server/api/history.h"
#include "server/api/paths.h"
#include "server/api/render.h"
#include "server/commands/version_contents.h"
#include "server/files/recent_rows.h"
#include "server/history/deeds.h"
#include "server/history/moments.h"
#include "server/history/positions.h"
#include "server/history/story.h"

namespace codelog::api {
namespace {

using base::Position;
using http::Method;

constexpr std::uint64_t commits_default = 100;
constexpr std::uint64_t commits_on_page_max = 1000;
constexpr std::uint64_t groups_default = 50;
constexpr std::uint64_t groups_on_page_max = 200;
constexpr std::size_t moments_max = 50'000;
constexpr std::size_t commit_bytes_shown_max = 4u << 20;
constexpr std::int64_t year_us = std::int64_t{366} * 24 * 60 * 60 * 1'000'000;

constexpr endpoints::Parameter history_code{"code", R"({"type": "string"})",
                                            "Only events about this code, in the spelling of its "
                                            "release: what found it, decided it, changed it."};
constexpr endpoints::Parameter history_actor{"actor", R"({"type": "string"})",
                                             "Only commits of this user."};
constexpr endpoints::Parameter history_type{
    "type", R"({"type": "string"})",
    "Only events of this type. May be given several times: any of them."};
constexpr endpoints::Parameter history_group{
    "group", R"({"enum": ["session"]})",
    "Joins the steps that one person made on one draft in one sitting, and tells each commit in a "
    "few facts. The newest come first; `before` leads to older ones."};
constexpr endpoints::Parameter history_before{
    "before", R"({"type": "integer", "minimum": 0})",
    "With `group`: the `next` of the page before, or any position; commits older than this."};

// --- The history ---

Result<history::Filter> filter_in(const http::Parameters& query) {
  history::Filter filter;
  filter.code = query.get("code");
  if (query.has("actor")) filter.actor = query.get("actor");
  for (const std::string_view type : query.all("type")) {
    if (!history::is_type_about_codelist(type)) {
      return base::field_error(ErrorCode::invalid, "type",
                               "must be a type of event that histories show, as StatusesChanged");
    }
    filter.types.emplace_back(type);
  }
  return filter;
}

// Terms of the releases of the deeds' versions; of a deleted version, of the newest one's.
class StoryTerms {
 public:
  StoryTerms(const ReadCall& call, base::CodelistId codelist) : call_(call), codelist_(codelist) {}

  std::string operator()(const history::Deed& deed, std::string_view code) {
    const auto& release = release_of(deed.version);
    if (!release) return {};
    const auto node = release->find(code);
    return node ? std::string(commands::shown_term(*release, *node)) : std::string();
  }

 private:
  const commands::ReleasePointer& release_of(const std::optional<base::VersionId>& id) {
    const auto [found, is_new] = releases_.try_emplace(id.value_or(base::VersionId()));
    if (!is_new) return found->second;
    auto version = id ? call_.views.version(*id) : std::nullopt;
    if (!version) version = call_.views.newest_version_of(codelist_);
    if (version) {
      found->second = files::release_if_there(call_.application.site(), call_.views, *version);
    }
    return found->second;
  }

  const ReadCall& call_;
  const base::CodelistId codelist_;
  std::map<base::VersionId, commands::ReleasePointer> releases_;
};

Result<http::Response> grouped_history(const ReadCall& call, base::CodelistId codelist,
                                       history::Filter filter) {
  const http::Parameters& query = call.request.query();
  if (query.get("group") != "session") {
    return base::field_error(ErrorCode::invalid, "group", "must be session");
  }
  for (const char* const name : {"after", "changes", "offset"}) {
    if (query.has(name)) {
      return base::field_error(ErrorCode::invalid, name, "cannot be given with group");
    }
  }
  const auto limit =
      number_in_query(call.request, "limit", groups_default, {1, groups_on_page_max});
  if (!limit) return limit.error();
  const auto before = number_in_query(call.request, "before", 0, {});
  if (!before) return before.error();
  const auto place = call.application.begin_long_read();
  if (!place) return place.error();
  history::StoryQuery story{.filter = std::move(filter), .groups_max = *limit};
  if (query.has("before")) story.before = Position(*before);
  auto text = story_json(call.application.site().log, call.views, codelist, story,
                         StoryTerms(call, codelist));
  if (!text) return text.error();
  return http::json_text(200, std::move(*text));
}

Result<http::Response> get_history(const ReadCall& call) {
  const auto codelist = codelist_in_path(call.views, call.path);
  if (!codelist) return codelist.error();
  const http::Parameters& query = call.request.query();
  auto filter = filter_in(query);
  if (!filter) return filter.error();
  if (query.has("group")) return grouped_history(call, codelist->id, std::move(*filter));
  if (query.has("before")) {
    return base::field_error(ErrorCode::invalid, "before", "needs group=session");
  }
  const auto after = number_in_query(call.request, "after", 0, {0, UINT64_MAX});
  if (!after) return after.error();
  const auto limit =
      number_in_query(call.request, "limit", commits_default, {1, commits_on_page_max});
  if (!limit) return limit.error();
  const auto offset = number_in_query(call.request, "offset", 0, {});
  if (!offset) return offset.error();
  auto text = history_json(call.application.site().log, call.views, codelist->id,
                           {.after = Position(*after),
                            .commits_max = *limit,
                            .show_changes = query.get("changes") == "true",
                            .codes_offset = *offset,
                            .filter = std::move(*filter)});
  if (!text) return text.error();
  return http::json_text(200, std::move(*text));
}

// --- Moments ---

// An answer that stays right until the codelist's next commit.
Result<http::Response> kept_until_commit(const ReadCall& call, base::CodelistId codelist,
                                         const std::string& what,
                                         const std::function<Result<http::Response>()>& make) {
  const auto size = call.views.stream_version(events::Stream::of_codelist(codelist));
  const std::string key =
      what + " " + std::to_string(codelist.value()) + " at " + std::to_string(size.value());
  caching::ResponseCache& cache = call.application.cache();
  if (auto known = cache.find(key)) return std::move(*known);
  const auto place = call.application.begin_long_read();
  if (!place) return place.error();
  auto response = make();
  if (!response) return response;
  *response = http::with_shared_body(std::move(*response));
  cache.keep(key, {codelist}, call.views.checkpoint(), *response);
  return response;
}

Result<http::Response> get_moments(const ReadCall& call) {
  const auto codelist = codelist_in_path(call.views, call.path);
  if (!codelist) return codelist.error();
  const auto positions =
      history::positions_of(call.application.site().log, call.views, codelist->id, moments_max);
  if (!positions) return positions.error();
  const auto size = call.views.stream_version(events::Stream::of_codelist(codelist->id));
  JsonWriter json;
  json.begin_object().key("positions").begin_array();
  for (const Position position : *positions) json.value(position.value());
  json.end_array().field("is_complete", positions->size() == size.value()).end_object();
  return http::json_text(200, json.take());
}

void write_moment_version(const history::Moment& moment, JsonWriter& json) {
  json.key("version");
  if (!moment.version) {
    json.null();
    return;
  }
  json.begin_object();
  write_version_fields(*moment.version, json);
  json.end_object();
}

void write_since(const std::optional<history::SinceThen>& since, JsonWriter& json) {
  json.key("since");
  if (!since) {
    json.null();
    return;
  }
  json.begin_object().field("hash", base::version_hash(since->now.id));
  json.field("tag", since->now.tag).field("added_count", std::uint64_t{since->added_count});
  json.field("removed_count", std::uint64_t{since->removed_count}).end_object();
}

Result<http::Response> show_moment(const ReadCall& call, base::CodelistId codelist, Position at) {
  const events::Log& log = call.application.site().log;
  const auto moment = history::read_moment(log, call.views, codelist, at);
  if (!moment) return moment.error();
  const auto step = history::read_step(log, moment->place.position);
  if (!step) return step.error();
  const auto write = [](std::string_view name, const std::optional<Position>& position,
                        JsonWriter& json) {
    json.key(name);
    position ? json.value(position->value()) : json.null();
  };
  JsonWriter json;
  json.begin_object().field("position", moment->place.position.value());
  write("previous", moment->place.previous, json);
  write("next", moment->place.next, json);
  write_step_fields(*step, json);
  write_moment_version(*moment, json);
  write_since(history::since_then(*moment, call.views, codelist), json);
  json.end_object();
  return http::json_text(200, json.take());
}

Result<http::Response> get_moment(const ReadCall& call) {
  const auto codelist = codelist_in_path(call.views, call.path);
  if (!codelist) return codelist.error();
  const auto at = position_in_path(call.path);
  if (!at) return Error{ErrorCode::not_found, "there is no such position", {}};
  return kept_until_commit(call, codelist->id, "moment " + std::to_string(at->value()),
                           [&] { return show_moment(call, codelist->id, *at); });
}

Result<http::Response> show_activity(const ReadCall& call, base::CodelistId codelist) {
  const base::Timestamp now = call.application.site().clock.now();
  const auto activity = history::read_activity(call.application.site().log, call.views, codelist,
                                               {now.unix_us - year_us});
  if (!activity) return activity.error();
  JsonWriter json;
  json.begin_object().field("today", base::format_date(now)).key("days").begin_array();
  for (const history::Activity::Day& day : activity->days) {
    json.begin_array().value(day.date).value(day.commits_count).end_array();
  }
  json.end_array().field("is_complete", activity->is_complete).end_object();
  return http::json_text(200, json.take());
}

Result<http::Response> get_activity(const ReadCall& call) {
  const auto codelist = codelist_in_path(call.views, call.path);
  if (!codelist) return codelist.error();
  // Tomorrow's year is another.
  const std::string today = base::format_date(call.application.site().clock.now());
  return kept_until_commit(call, codelist->id, "activity to " + today,
                           [&] { return show_activity(call, codelist->id); });
}

// --- A commit ---

const Error& no_commit() {
  static const Error error{ErrorCode::not_found, "there is no such commit of a codelist", {}};
  return error;
}

Result<http::Response> get_commit(const ReadCall& call) {
  const events::Log& log = call.application.site().log;
  const auto position = position_in_path(call.path);
  if (!position || position->value() == 0 || *position > call.views.checkpoint()) {
    return no_commit();
  }
  const auto commit = log.read(*position);
  if (!commit) return commit.error().code == ErrorCode::not_found ? no_commit() : commit.error();
  const auto codelist = history::readable_codelist(call.views, *commit);
  if (!codelist) return no_commit();
  const bool wants_octets =
      call.request.header("Accept").value_or("").find("application/json") == std::string_view::npos;
  if (wants_octets) {
    auto bytes = log.read_bytes(*position);
    if (!bytes) return bytes.error();
    http::Response response =
        http::content(200, "application/vnd.codelog.commit", std::move(*bytes));
    response.add("Vary", "Accept");
    return response;
  }
  auto json = next_commit_json(
      log, call.views, *codelist,
      {.after = Position(position->value() - 1), .bytes_max = commit_bytes_shown_max});
  if (!json) return json.error();
  if (!*json || (*json)->position != *position) return no_commit();
  http::Response response = http::json_text(200, std::move((*json)->json));
  response.add("Vary", "Accept");
  return response;
}

}  // namespace

std::vector<Endpoint> history_endpoints() {
  return {
      {.method = Method::get,
       .path = "/api/v2/codelists/{owner_kind}/{owner}/{slug}/history",
       .id = "getHistory",
       .summary = "The events of a codelist, oldest first. An event lists up to 10,000 codes of a "
                  "kind; `more` is the address of the next ones, and gives only that commit.",
       .query = {parameters::after, parameters::limit, parameters::changes, parameters::offset,
                 history_code, history_actor, history_type, history_group, history_before},
       .answer = "HistoryPage",
       .read = get_history},
      {.method = Method::get,
       .path = "/api/v2/codelists/{owner_kind}/{owner}/{slug}/history/activity",
       .id = "getActivity",
       .summary = "How many commits of the codelist each day of the last year had (UTC).",
       .answer = "Activity",
       .read = get_activity},
      {.method = Method::get,
       .path = "/api/v2/codelists/{owner_kind}/{owner}/{slug}/history/moments",
       .id = "listMoments",
       .summary = "The positions of the codelist's commits, oldest first; of the newest 50,000.",
       .answer = "Moments",
       .read = get_moments},
      {.method = Method::get,
       .path = "/api/v2/codelists/{owner_kind}/{owner}/{slug}/history/moments/{position}",
       .id = "getMoment",
       .summary = "The codelist as its last commit at or before the position left it: the version "
                  "that was worked on, and what has changed since. Its tree and statuses are at "
                  "/versions/{hash}, with `as_of`.",
       .answer = "Moment",
       .read = get_moment},
      {.method = Method::get,
       .path = "/api/v2/commits/{position}",
       .id = "getCommit",
       .summary = "A commit about codelists: its events, or its octets as the log stores them.",
       .answer = "Commit",
       .octets_media_type = "application/vnd.codelog.commit",
       .read = get_commit},
  };
}

}  // namespace codelog::api
