// Newer releases: their effects on one version and on all versions, and drafts on them.
#include <algorithm>
#include <map>

#include "events/base/client_detail.h"
#include "events/base/version_hash.h"
#include "server/api/endpoints.h"
#include "server/api/outcome.h"
#include "server/api/past.h"
#include "server/api/paths.h"
#include "server/api/precondition.h"
#include "server/api/render.h"
#include "server/commands/upgrade_preview.h"

namespace codelog::api {
namespace {

using coding_systems::ReleaseComparison;
using commands::CodeUpgrade;
using events::UpgradeCounts;
using http::Method;

constexpr std::uint64_t rows_max = 1000;

void write_upgrade_counts(const UpgradeCounts& counts, JsonWriter& json) {
  const auto field = [&](std::string_view name, std::uint32_t count) {
    json.field(name, std::uint64_t{count});
  };
  json.begin_object();
  field("newly_matched", counts.newly_matched);
  field("no_longer_matched", counts.no_longer_matched);
  field("new_descendants", counts.new_descendants);
  field("inactive", counts.inactive);
  field("removed", counts.removed);
  field("moved", counts.moved);
  field("renamed", counts.renamed);
  field("status_changed", counts.status_changed);
  field("searches_left_out", counts.searches_left_out);
  json.end_object();
}

void write_codes(const std::vector<std::string_view>& codes, JsonWriter& json) {
  json.begin_array();
  for (const std::string_view code : codes) json.value(code);
  json.end_array();
}

void write_what_happened(const CodeUpgrade& code, JsonWriter& json) {
  json.key("changes").begin_array();
  const auto flag = [&](bool happened, std::string_view name) {
    if (happened) json.value(name);
  };
  flag(code.newly_matched, "newly_matched");
  flag(code.no_longer_matched, "no_longer_matched");
  flag(code.new_descendant, "new_descendant");
  flag(code.fate.inactive, "inactive");
  flag(code.fate.removed, "removed");
  flag(code.fate.moved, "moved");
  flag(code.fate.renamed, "renamed");
  flag(code.status_changed(), "status_changed");
  json.end_array();
}

void write_successors(const std::vector<coding_systems::Successor>& successors,
                      const coding_systems::Release& newer, JsonWriter& json) {
  json.key("successors").begin_array();
  for (const coding_systems::Successor& successor : successors) {
    json.begin_object().field("relation", successor.relation).field("code", successor.code);
    json.field("term", commands::shown_term_of(newer, successor.code));
    json.field("active", successor.is_active).field("instead_of", successor.instead_of);
    json.end_object();
  }
  json.end_array();
}

void write_why_it_comes(const CodeUpgrade& code, const commands::UpgradePreview& preview,
                        JsonWriter& json) {
  json.key("matched_by").begin_array();
  for (const std::size_t place : commands::searches_finding(preview.upgrade, code.code)) {
    json.value(std::uint64_t{preview.upgrade.searches[place].search.id.value()});
  }
  json.end_array().key("below");
  write_codes(commands::included_parents(preview, code.code), json);
}

void write_code(const CodeUpgrade& code, const commands::UpgradePreview& preview,
                JsonWriter& json) {
  const ReleaseComparison& releases = *preview.releases;
  const auto* older = releases.older();
  json.begin_object().field("code", code.code);
  // A removed code is shown with its old name.
  const bool gone = code.fate.removed && older != nullptr;
  json.field("term", commands::shown_term_of(gone ? *older : releases.newer(), code.code));
  write_what_happened(code, json);
  json.key("status_before");
  code.before ? json.value(base::to_string(*code.before)) : json.null();
  json.field("status_after", base::to_string(code.after)).field("assumed", code.is_assumed);
  if (!code.before) write_why_it_comes(code, preview, json);
  if (code.fate.renamed) json.field("term_before", commands::shown_term_of(*older, code.code));
  if (code.fate.moved) {
    json.key("parents_before");
    write_codes(ReleaseComparison::parents_of(*older, code.code), json);
    json.key("parents_after");
    write_codes(ReleaseComparison::parents_of(releases.newer(), code.code), json);
  }
  if (code.fate.inactive || code.fate.removed) {
    write_successors(releases.successors_of(code.code, preview.find_more), releases.newer(), json);
  }
  json.end_object();
}

// The terms of the parents that codes are listed with.
void write_parents(const commands::UpgradePreview& preview, JsonWriter& json) {
  const ReleaseComparison& releases = *preview.releases;
  std::map<std::string_view, std::string_view> terms;
  const auto add = [&](const coding_systems::Release& release, std::string_view code) {
    terms.emplace(code, commands::shown_term_of(release, code));
  };
  for (const CodeUpgrade& code : preview.upgrade.codes) {
    if (!code.before) {
      for (const auto parent : commands::included_parents(preview, code.code)) {
        add(releases.newer(), parent);
      }
    }
    if (!code.fate.moved) continue;
    for (const auto parent : ReleaseComparison::parents_of(releases.newer(), code.code)) {
      add(releases.newer(), parent);
    }
    for (const auto parent : ReleaseComparison::parents_of(*releases.older(), code.code)) {
      add(*releases.older(), parent);
    }
  }
  json.key("parent_terms").begin_object();
  for (const auto& [code, term] : terms) json.field(code, term);
  json.end_object();
}

std::string preview_json(const VersionRecord& version, const commands::UpgradePreview& preview) {
  const auto& upgrade = preview.upgrade;
  constexpr std::size_t compared_bytes = 200;
  JsonWriter json(codelog::json::JsonStyle::compact, 1024 + upgrade.codes.size() * compared_bytes);
  json.begin_object()
      .field("release", preview.newer.alias)
      .field("release_before", version.release);
  json.field("compared_with_release_before", preview.releases->older() != nullptr);
  json.field("outcome", events::to_string(upgrade.outcome()))
      .field("compatible", upgrade.is_compatible);
  json.key("counts");
  write_upgrade_counts(upgrade.counts, json);
  json.key("searches").begin_array();
  for (const commands::SearchUpgrade& search : upgrade.searches) {
    const bool by_term = search.search.kind == events::SearchKind::term;
    json.begin_object().field("id", std::uint64_t{search.search.id.value()});
    json.field(by_term ? "term" : "code", search.search.text);
    json.field("codes_before", std::uint64_t{search.codes_before});
    const std::size_t now = search.left_out_codes.value_or(search.search.codes.size());
    json.field("codes_after", std::uint64_t{now});
    json.field("left_out", search.left_out_codes.has_value());
    if (!search.problem.empty()) json.field("problem", search.problem);
    json.end_object();
  }
  json.end_array().key("not_codes");
  write_texts(preview.not_codes, json);
  json.key("codes").begin_array();
  for (const CodeUpgrade& code : upgrade.codes) write_code(code, preview, json);
  json.end_array();
  write_parents(preview, json);
  json.end_object();
  return json.take();
}

Result<http::Response> preview_upgrade(const ReadCall& call) {
  const auto version = version_in_path(call.views, call.path);
  if (!version) return version.error();
  std::optional<std::string> alias;
  if (call.request.query().has("release")) alias = call.request.query().get("release");
  const auto place = call.application.begin_long_read();
  if (!place) return place.error();
  const auto preview =
      commands::preview_upgrade(call.application.site(), call.views, *version, alias);
  if (!preview) return preview.error();
  return http::json_text(200, preview_json(*version, *preview));
}

Result<Outcome> upgrade(const WriteCall& call) {
  const auto id = version_id_in_path(call.path);
  if (!id) return id.error();
  if (auto refused = failed_precondition(call, *id)) return Outcome(std::move(*refused));
  auto commit = call.application.versions().upgrade(call.write, *id,
                                                    call.body.at("release").get<std::string>());
  if (!commit) return commit.error();
  return Outcome(std::move(*commit));
}

Result<http::Response> show_assumptions(const ReadCall& call, const Views& views) {
  const auto version = version_in_path(views, call.path);
  if (!version) return version.error();
  const auto waiting = views.assumptions(version->id);
  const auto codes = views.codes(version->id);
  JsonWriter json;
  json.begin_object().key("assumptions").begin_array();
  for (const std::string& code : waiting) {
    const auto found = std::ranges::lower_bound(codes, code, {}, &base::CodeWithStatus::code);
    if (found == codes.end() || found->code != code) {
      views.report_damage("an assumption is about a code that the version does not have");
    }
    json.begin_object().field("code", code);
    json.field("status", base::to_string(found->status)).end_object();
  }
  json.end_array().field("position", version->changed_at.value()).end_object();
  return http::json_text(200, json.take());
}

Result<http::Response> list_assumptions(const ReadCall& call) {
  if (!call.request.query().has("as_of")) return show_assumptions(call, call.views);
  const auto id = version_id_in_path(call.path);
  if (!id) return id.error();
  const auto codelist = call.views.codelist_of_version(*id);
  if (!codelist) return Error{ErrorCode::not_found, "there is no such version", {}};
  return answer_as_of(call, *codelist, *id,
                      [&](const Views& then) { return show_assumptions(call, then); });
}

Result<Outcome> confirm_assumptions(const WriteCall& call) {
  const auto id = version_id_in_path(call.path);
  if (!id) return id.error();
  if (auto refused = failed_precondition(call, *id)) return Outcome(std::move(*refused));
  std::optional<std::vector<std::string>> codes;
  if (call.body.contains("codes")) codes = call.body.at("codes").get<std::vector<std::string>>();
  auto commit = call.application.drafts().confirm_assumptions(call.write, *id, codes);
  if (!commit) return commit.error();
  return Outcome(std::move(*commit));
}

http::Response assumptions_confirmed(const WriteCall&, const Commit& commit) {
  JsonWriter json;
  json.begin_object().key("confirmed");
  const events::AssumptionsConfirmed* confirmed = nullptr;
  for (const events::Event& event : commit.content.events) {
    confirmed = std::get_if<events::AssumptionsConfirmed>(&event);
  }
  write_texts(confirmed != nullptr ? confirmed->settled : std::vector<std::string>(), json);
  json.field("position", commit.position.value()).end_object();
  return http::json_text(200, json.take());
}

// --- The report on a release

void write_state(const jobs::UpgradeReports::State& state, JsonWriter& json) {
  json.begin_object().field("running", state.is_running);
  json.field("done", state.done).field("total", state.total);
  if (state.error) json.field("error", base::client_detail(*state.error));
  json.end_object();
}

void write_row(const Views& views, const events::VersionUpgrade& row, JsonWriter& json) {
  json.begin_object().field("hash", base::version_hash(row.version));
  const auto version = views.version(row.version);
  const auto codelist = version ? views.codelist(version->codelist) : std::nullopt;
  json.key("codelist");
  if (codelist) {
    write_handle(codelist->handle(), json);
  } else {
    json.null();  // the codelist has been deleted since
  }
  json.field("outcome", events::to_string(row.outcome)).field("compatible", row.is_compatible);
  json.key("counts");
  write_upgrade_counts(row.counts, json);
  if (!row.problem.empty()) json.field("problem", row.problem);
  json.end_object();
}

void write_summary(const std::vector<events::VersionUpgrade>& rows, JsonWriter& json) {
  json.key("summary").begin_object();
  for (const auto outcome : {events::UpgradeOutcome::unchanged, events::UpgradeOutcome::affected,
                             events::UpgradeOutcome::cannot_tell}) {
    const auto count = std::ranges::count(rows, outcome, &events::VersionUpgrade::outcome);
    json.field(events::to_string(outcome), static_cast<std::uint64_t>(count));
  }
  json.end_object();
}

// The answer about a report; the log gets what clients may not read about its failure.
http::Response report_response(std::string body,
                               const std::optional<jobs::UpgradeReports::State>& state) {
  http::Response response = http::json_text(200, std::move(body));
  if (!state || !state->error) return response;
  const bool is_for_log_only = base::is_for_log_only(*state->error);
  response.log_detail = is_for_log_only ? state->error->detail : state->cause;
  return response;
}

Result<http::Response> get_report(const ReadCall& call) {
  const std::string alias(call.path["alias"]);
  if (!call.views.release(alias)) {
    return Error{ErrorCode::not_found, "there is no release " + alias, {}};
  }
  const auto after = number_in_query(call.request, "after", 0, {0, UINT32_MAX});
  if (!after) return after.error();
  const auto limit = number_in_query(call.request, "limit", rows_max, {1, rows_max});
  if (!limit) return limit.error();
  const auto report = call.views.upgrade_report(alias);
  const auto state = call.application.upgrade_reports().state_of(alias);
  if (!report && !state) {
    return Error{ErrorCode::not_found, "no report on " + alias + " has been made", {}};
  }
  JsonWriter json;
  json.begin_object().field("release", alias).key("progress");
  // The progress counts versions that the reader may not know of.
  const bool may_count =
      !call.views.access().restricts_codelists() || call.views.reads_everything();
  state&& may_count ? write_state(*state, json) : void(json.null());
  json.key("report");
  if (!report) {
    json.null().end_object();
    return report_response(json.take(), state);
  }
  json.begin_object().field("digest", base::to_hex(report->release_digest));
  json.field("position", report->position.value());
  json.field("time", base::format_timestamp(report->made_at));
  write_summary(report->versions, json);
  json.key("versions").begin_array();
  auto row = std::ranges::upper_bound(report->versions, *after, {},
                                      [](const auto& v) { return v.version.value(); });
  for (std::uint64_t i = 0; i < *limit && row != report->versions.end(); ++i, ++row) {
    write_row(call.views, *row, json);
  }
  json.end_array().key("next");
  row == report->versions.end() ? json.null()
                                : json.value(std::uint64_t{std::prev(row)->version.value()});
  json.end_object().end_object();
  return report_response(json.take(), state);
}

http::Response started(const jobs::UpgradeReports::State& state) {
  JsonWriter json;
  json.begin_object().field("release", state.release).key("progress");
  write_state(state, json);
  json.end_object();
  return http::json_text(202, json.take());
}

Result<Outcome> start_report(const WriteCall& call) {
  const auto state =
      call.application.upgrade_reports().start(call.write, std::string(call.path["alias"]));
  if (!state) return state.error();
  return Outcome(started(*state));
}

// The answer when the same request comes again, after its report has been recorded.
http::Response report_made(const WriteCall&, const Commit& commit) {
  jobs::UpgradeReports::State state;
  for (const events::Event& event : commit.content.events) {
    if (const auto* report = std::get_if<events::UpgradesReported>(&event)) {
      state.release = report->release;
      state.done = state.total = report->versions.size();
    }
  }
  return started(state);
}

}  // namespace

std::vector<Endpoint> upgrade_endpoints() {
  return {
      {.method = Method::get,
       .path = "/api/v2/versions/{hash}/upgrade",
       .id = "previewUpgrade",
       .summary = "The effect of a newer release on the version, code by code; saves nothing.",
       .query = {parameters::release},
       .answer = "UpgradePreview",
       .read = preview_upgrade},
      {.method = Method::post,
       .path = "/api/v2/versions/{hash}/upgrade",
       .id = "upgradeVersion",
       .summary =
           "Make a draft on that release; statuses assumed from ancestors must be confirmed.",
       .body = "Upgrade",
       .answer = "VersionCreated",
       .status = 201,
       .takes_if_match = true,
       .act = upgrade,
       .render = version_created},
      {.method = Method::get,
       .path = "/api/v2/versions/{hash}/assumptions",
       .id = "listAssumptions",
       .summary = "The statuses of a draft that nobody has decided or confirmed yet.",
       .query = {parameters::as_of},
       .answer = "Assumptions",
       .read = list_assumptions},
      {.method = Method::post,
       .path = "/api/v2/versions/{hash}/assumptions",
       .id = "confirmAssumptions",
       .summary = "Confirm these assumed statuses, or all.",
       .body = "Confirmation",
       .answer = "AssumptionsConfirmed",
       .body_is_optional = true,
       .takes_if_match = true,
       .act = confirm_assumptions,
       .render = assumptions_confirmed},
      {.method = Method::get,
       .path = "/api/v2/releases/{alias}/upgrade-report",
       .id = "getUpgradeReport",
       .summary = "The effect of the release on every finished version, and the state of the "
                  "report.",
       .query = {parameters::after, parameters::limit},
       .answer = "UpgradeReport",
       .read = get_report},
      {.method = Method::post,
       .path = "/api/v2/releases/{alias}/upgrade-report",
       .id = "startUpgradeReport",
       .summary = "Make the report, in the background; for administrators.",
       .body = "Nothing",
       .answer = "UpgradeReportStarted",
       .status = 202,
       .body_is_optional = true,
       .act = start_report,
       .render = report_made},
  };
}

}  // namespace codelog::api
