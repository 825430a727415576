// Newer releases over HTTP: OpenCodelists' second release, the upgrade of a version from preview to
// publication, and the report on a whole release.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <stdexcept>
#include <thread>

#include "events/base/version_hash.h"
#include "tests/server/api_golden.h"

namespace codelog::tests::api_upgrade_test {
namespace {

using nlohmann::json;

constexpr const char* second_archive = "uk_sct2cl_5.1.0_20240601000001Z.zip";
constexpr const char* second_alias = "snomedct_second_20240601";

std::string import_second(ApiSite& site) {
  return site.import_snomedct(second_archive, "second", "2024-06-01");
}

std::string version_url(base::VersionId id) { return "/api/v2/versions/" + base::version_hash(id); }

events::UpgradesReported compare_versions(ApiSite& site, const std::string& alias) {
  auto report = site.application().releases().compare_versions(alias, {}, {});
  REQUIRE(report);
  return std::move(*report);
}

// Asks for the report until it exists and no report is running.
json wait_for_report(const ApiSite& site, const std::string& alias) {
  for (int attempt = 0; attempt < 2000; ++attempt) {
    json answer = site.get("/api/v2/releases/" + alias + "/upgrade-report").json();
    if (answer.value("status", 0) == 0 && !answer.at("progress").at("running")) return answer;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  FAIL("the report does not end");
  return {};
}

// A codelist of "fracture" on the first release, with all codes found included; its version is
// under review.
std::string reviewed_fractures(ApiSite& site) {
  const auto created = site.send("POST", "/api/v2/codelists",
                                 {{"owner", "organisation/test-org"},
                                  {"name", "Fractures"},
                                  {"coding_system", "snomedct"},
                                  {"release", small_snomedct}});
  REQUIRE(created.status == 201);
  const std::string hash = created.json().at("version").at("hash");
  const std::string url = "/api/v2/versions/" + hash;
  const auto found = site.send("POST", url + "/searches", {{"term", "fracture"}});
  REQUIRE(found.status == 201);
  json updates = json::array();
  const json codes = found.json().at("codes");
  for (const json& code : codes) updates.push_back({code, "+"});
  const auto decided = site.send("PATCH", url + "/statuses", {{"updates", updates}});
  INFO(decided.body.substr(0, 500));
  REQUIRE(decided.status == 200);
  REQUIRE(site.send("POST", url + "/save").status == 200);
  return hash;
}

// A draft of the version with assumptions about its first two codes, for any releases.
events::VersionCreated draft_with_assumptions(ApiSite& site, base::VersionId source_id) {
  const auto views = site.views();
  const auto source = views.version(source_id);
  REQUIRE(source);
  events::VersionCreated created;
  created.version = views.next_ids().version;
  created.codelist = source->codelist;
  created.origin = events::VersionOrigin::version;
  created.author = "alice";
  created.release = source->release;
  created.codes = views.codes(source_id);
  REQUIRE(created.codes.size() > 2);
  created.assumed = {created.codes[0].code, created.codes[1].code};
  return created;
}

}  // namespace

TEST_CASE("versions that OpenCodelists finds compatible with a second release are compatible here",
          "[upgrade][golden]") {
  ApiSite site;
  seed_golden_state(site);
  REQUIRE(import_second(site) == second_alias);
  const OrderedJson golden = read_golden("11_second_release");
  const auto report = compare_versions(site, second_alias);
  std::size_t checked = 0;
  for (const events::VersionUpgrade& row : report.versions) {
    const std::string id = std::to_string(row.version.value());
    if (!golden.at("compatible_releases").contains(id)) continue;
    CAPTURE(id, row.problem);
    CHECK(row.outcome != events::UpgradeOutcome::cannot_tell);
    if (!golden.at("compatible_releases").at(id).empty()) CHECK(row.is_compatible);
    if (!golden.at("checks").at(id).at("by_search")) CHECK_FALSE(row.is_compatible);
    ++checked;
  }
  CHECK(checked >= 13);
}

TEST_CASE("a report covers versions on older releases, and marks only those", "[upgrade]") {
  ApiSite site;
  seed_golden_state(site);
  import_second(site);
  CHECK(compare_versions(site, small_snomedct).versions.empty());
  const std::string url = "/api/v2/versions/" + reviewed_fractures(site);
  const auto draft = site.send("POST", url + "/drafts", {{"release", second_alias}});
  REQUIRE(draft.status == 201);
  REQUIRE(site.send("POST", std::string("/api/v2/releases/") + small_snomedct + "/upgrade-report")
              .status == 202);
  const json report = wait_for_report(site, small_snomedct);
  CHECK(report.at("report").at("versions").empty());
  CHECK(site.get(url).json().at("compatible_releases").empty());
}

TEST_CASE("a plain draft on a second release equals OpenCodelists' draft", "[upgrade][golden]") {
  ApiSite site;
  seed_golden_state(site);
  import_second(site);
  const OrderedJson golden = read_golden("11_second_release");
  for (const OrderedJson& exported : golden.at("export_to_builder")) {
    const base::VersionId id(exported.at("version").get<std::uint32_t>());
    CAPTURE(id.value());
    const auto before = statuses_of(site.views(), id);
    const std::string author = site.views().version(id)->author.value_or("alice");
    const auto reply =
        site.send("POST", version_url(id) + "/drafts", {{"release", second_alias}}, author);
    REQUIRE(reply.status == 201);
    const base::VersionId draft(reply.json().at("id").get<std::uint32_t>());
    auto after = statuses_of(site.views(), draft);
    CHECK(after.size() == exported.at("n").get<std::size_t>());
    for (const auto& [code, status] : exported.at("added").items()) {
      CHECK(after.at(code) == status);
      after.erase(code);
    }
    CHECK(after == before);
  }
}

TEST_CASE("a version is previewed, upgraded, confirmed, saved and published", "[upgrade]") {
  ApiSite site;
  site.set_up();
  const std::string hash = reviewed_fractures(site);
  import_second(site);
  const std::string url = "/api/v2/versions/" + hash;

  const auto preview = site.get(url + "/upgrade?release=" + second_alias);
  REQUIRE(preview.status == 200);
  const json before = preview.json();
  CHECK(before.at("release") == second_alias);
  CHECK(before.at("release_before") == small_snomedct);
  CHECK(before.at("compared_with_release_before") == true);
  REQUIRE(before.at("outcome") == "affected");
  CHECK(preview.body == site.get(url + "/upgrade?release=" + second_alias).body);

  const auto upgraded = site.send("POST", url + "/upgrade", {{"release", second_alias}});
  REQUIRE(upgraded.status == 201);
  const std::string draft = "/api/v2/versions/" + upgraded.json().at("hash").get<std::string>();
  std::set<std::string> assumed;
  for (const json& code : before.at("codes")) {
    if (code.at("assumed")) assumed.insert(code.at("code"));
  }
  const auto listed = [&] {
    std::set<std::string> codes;
    const json rows = site.get(draft + "/assumptions").json().at("assumptions");
    for (const json& row : rows) codes.insert(row.at("code"));
    return codes;
  };
  CHECK(listed() == assumed);
  const json version = site.get(draft).json();
  CHECK(version.at("assumptions_count") == assumed.size());
  for (const json& code : before.at("codes")) {
    CHECK(version.at("statuses").at(code.at("code").get<std::string>()) == code.at("status_after"));
  }

  // Codes that nobody decided and that the hierarchy does not settle must be decided; the others
  // must be confirmed.
  json updates = json::array();
  for (const auto& [code, status] : version.at("statuses").items()) {
    if (status == "?" || status == "!") updates.push_back({code, "+"});
  }
  if (!updates.empty()) {
    REQUIRE(site.send("PATCH", draft + "/statuses", {{"updates", updates}}).status == 200);
  }
  if (!listed().empty()) {
    CHECK(site.send("POST", draft + "/save").status == 409);
    const auto confirmed = site.send("POST", draft + "/assumptions");
    REQUIRE(confirmed.status == 200);
    CHECK(listed().empty());
    REQUIRE(site.send("POST", draft + "/undo").status == 200);
    CHECK(listed().size() == confirmed.json().at("confirmed").size());
    REQUIRE(site.send("POST", draft + "/redo").status == 200);
  }
  REQUIRE(site.send("POST", draft + "/save").status == 200);
  REQUIRE(site.send("POST", draft + "/publish").status == 200);
  CHECK(site.get(draft).json().at("release") == second_alias);
}

TEST_CASE("deciding about a code removes its assumption, and undoing restores it", "[upgrade]") {
  ApiSite site;
  site.set_up();
  const std::string hash = reviewed_fractures(site);
  const base::VersionId id(
      site.get("/api/v2/versions/" + hash).json().at("id").get<std::uint32_t>());
  const auto created = draft_with_assumptions(site, id);
  site.append({events::Stream::of_codelist(created.codelist)}, {created});
  const std::string draft = version_url(created.version);
  const auto waiting = [&] { return site.views().assumptions(created.version); };

  REQUIRE(site.send("PATCH", draft + "/statuses", one_update(created.assumed[0], "-")).status ==
          200);
  CHECK(std::ranges::count(waiting(), created.assumed[0]) == 0);
  CHECK(site.get(draft).json().at("assumptions_count") == waiting().size());
  REQUIRE(site.send("POST", draft + "/undo").status == 200);
  CHECK(waiting() == created.assumed);
  REQUIRE(site.send("POST", draft + "/redo").status == 200);
  CHECK(std::ranges::count(waiting(), created.assumed[0]) == 0);
  REQUIRE(site.send("POST", draft + "/undo").status == 200);

  const auto wrong =
      site.send("POST", draft + "/assumptions", {{"codes", {created.codes[2].code}}});
  CHECK(wrong.status == 400);
  CHECK(wrong.json().at("errors")[0].at("field") == "codes[0]");
  CHECK(waiting() == created.assumed);
  const auto one = site.send("POST", draft + "/assumptions",
                             {{"codes", {created.assumed[1] + " |Fracture|", created.assumed[1]}}});
  REQUIRE(one.status == 200);
  CHECK(one.json().at("confirmed") == json({created.assumed[1]}));
  CHECK(waiting() == std::vector<std::string>{created.assumed[0]});
  // Views rebuilt from the log know the same.
  site.restart_with_new_views();
  CHECK(waiting() == std::vector<std::string>{created.assumed[0]});
}

TEST_CASE("a report gives a release's effect on every version, and is the same when made again",
          "[upgrade]") {
  ApiSite site;
  site.set_up();
  const std::string hash = reviewed_fractures(site);
  import_second(site);
  const std::string url = std::string("/api/v2/releases/") + second_alias + "/upgrade-report";
  CHECK(site.get(url).status == 404);
  CHECK(site.send("POST", url, json::object(), "bob").status == 403);
  CHECK(site.send("POST", "/api/v2/releases/snomedct_none_20240101/upgrade-report").status == 404);
  const auto started = site.send("POST", url);
  REQUIRE(started.status == 202);
  const json report = wait_for_report(site, second_alias).at("report");
  REQUIRE(report.at("versions").size() == 1);
  const json& row = report.at("versions")[0];
  CHECK(row.at("hash") == hash);
  CHECK(row.at("codelist").at("slug") == "fractures");
  CHECK(report.at("summary").at(row.at("outcome").get<std::string>()) == 1);
  const json preview =
      site.get("/api/v2/versions/" + hash + "/upgrade?release=" + second_alias).json();
  CHECK(row.at("counts") == preview.at("counts"));
  CHECK(row.at("compatible") == preview.at("compatible"));

  CHECK(site.get(url + "?limit=0").status == 400);
  CHECK(site.get(url + "?limit=1").json().at("report").at("next").is_null());

  const auto recorded = site.views().upgrade_report(second_alias);
  REQUIRE(recorded);
  CHECK(compare_versions(site, second_alias).versions == recorded->versions);
  site.restart_with_new_views();
  CHECK(site.views().upgrade_report(second_alias) == recorded);
}

TEST_CASE("a report that throws has failed, with a sentence for clients and a cause for the log",
          "[upgrade]") {
  ApiSite api;
  api.set_up();
  commands::Site site = api.application().site();
  site.open_release = [](std::string_view,
                         const std::string&) -> base::Result<commands::ReleasePointer> {
    throw std::runtime_error("out of something");
  };
  commands::Executor executor(site);
  commands::ReleaseCommands releases(executor);
  jobs::UpgradeReports reports(releases);
  REQUIRE(reports.start({commands::Actor::system(), {}}, small_snomedct));
  auto state = reports.state_of(small_snomedct);
  for (int attempt = 0; attempt < 2000 && state->is_running; ++attempt) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    state = reports.state_of(small_snomedct);
  }
  REQUIRE_FALSE(state->is_running);
  REQUIRE(state->error);
  CHECK(state->error->code == base::ErrorCode::unavailable);
  CHECK(state->error->detail == "the report failed; the server's log says why");
  CHECK(state->cause == "out of something");
}

TEST_CASE("a report asked for again with the same key is not made again", "[upgrade]") {
  ApiSite site;
  site.set_up();
  reviewed_fractures(site);
  import_second(site);
  const Ask ask{.method = "POST",
                .target = std::string("/api/v2/releases/") + second_alias + "/upgrade-report",
                .token = "Token " + ApiSite::token_of("alice"),
                .headers = {{"Idempotency-Key", "once"}}};
  REQUIRE(site.ask(ask).status == 202);
  wait_for_report(site, second_alias);
  const auto head = site.head();
  const Reply again = site.ask(ask);
  REQUIRE(again.status == 202);
  CHECK(again.json().at("release") == second_alias);
  CHECK(again.json().at("progress") == json({{"running", false}, {"done", 1}, {"total", 1}}));
  CHECK(site.head() == head);
}

TEST_CASE("a release that marks a version changes its ETag, but not the version", "[upgrade]") {
  ApiSite site;
  site.set_up();
  const std::string hash = reviewed_fractures(site);
  import_second(site);
  const std::string url = "/api/v2/versions/" + hash;
  const std::string before = site.get(url).header("etag");
  const base::VersionId id(site.get(url).json().at("id").get<std::uint32_t>());
  events::VersionUpgrade row;
  row.version = id;
  row.is_compatible = true;
  site.append({events::Stream::of_release(second_alias)},
              {events::UpgradesReported{second_alias, {}, {row}}});
  const auto asked_again = [&](const std::string& tag) {
    return site.ask({.target = url, .headers = {{"If-None-Match", tag}}});
  };
  const Reply marked = asked_again(before);
  REQUIRE(marked.status == 200);
  CHECK(marked.json().at("compatible_releases") == json({second_alias}));
  CHECK(asked_again(marked.header("etag")).status == 304);
  CHECK_THAT(site.get("/codelist/test-org/fractures/" + hash + "/").body,
             Catch::Contains("Latest compatible release</dt><dd><a href=\"/releases/" +
                             std::string(second_alias) + "/\""));
  // Views of the past show only the marks known at that time.
  const auto known_at = [&](std::uint64_t position) {
    return site.get(url + "?as_of=" + std::to_string(position)).json().at("compatible_releases");
  };
  CHECK(known_at(site.head()) == json({second_alias}));
  CHECK(known_at(site.head() - 1) == json::array());
  // A client that saw the version before the report may still change it.
  for (const std::string& tag : {before, marked.header("etag")}) {
    CAPTURE(tag);
    const Reply refused = site.ask({.method = "POST",
                                    .target = url + "/upgrade",
                                    .token = "Token " + ApiSite::token_of("alice"),
                                    .body = json({{"release", "none"}}).dump(),
                                    .headers = {{"If-Match", tag}}});
    CHECK(refused.status == 400);
  }
}

TEST_CASE("codes unconfirmed in a draft are unconfirmed in a draft made from it", "[upgrade]") {
  ApiSite site;
  site.set_up();
  const base::VersionId id(site.get("/api/v2/versions/" + reviewed_fractures(site))
                               .json()
                               .at("id")
                               .get<std::uint32_t>());
  auto created = draft_with_assumptions(site, id);
  created.codes[0].status = base::CodeStatus::included_by_ancestor;
  created.assumed = {created.codes[0].code};
  site.append({events::Stream::of_codelist(created.codelist)}, {created});
  import_second(site);
  const std::string draft = version_url(created.version);
  const auto copied = site.send("POST", draft + "/drafts", {{"release", second_alias}});
  REQUIRE(copied.status == 201);
  CHECK(copied.json().at("assumed") == json(created.assumed));
  const auto upgraded = site.send("POST", draft + "/upgrade", {{"release", second_alias}});
  REQUIRE(upgraded.status == 201);
  const json version =
      site.get("/api/v2/versions/" + upgraded.json().at("hash").get<std::string>()).json();
  const std::string& code = created.assumed.front();
  INFO(version.at("statuses").at(code));
  const json assumed = upgraded.json().at("assumed");
  const bool is_inherited = version.at("statuses").at(code) == "(+)";
  CHECK((std::ranges::count(assumed, json(code)) == 1) == is_inherited);
}

TEST_CASE("an upgrade needs an existing release", "[upgrade]") {
  ApiSite site;
  site.set_up();
  const std::string url = "/api/v2/versions/" + reviewed_fractures(site);
  CHECK(site.get(url + "/upgrade?release=snomedct_none_20240101").status == 400);
  CHECK(site.get(url + "/upgrade?release=" + std::string(small_bnf)).status == 400);
  const auto refused = site.send("POST", url + "/upgrade", {{"release", "none"}});
  CHECK(refused.status == 400);
  CHECK(refused.json().at("errors")[0].at("field") == "release");
  CHECK(site.send("POST", url + "/upgrade").status == 400);
  CHECK(site.send("POST", url + "/upgrade", {{"release", small_snomedct}}, "bob").status == 403);
}

TEST_CASE("the newest releases and refset versions are reported as by OpenCodelists",
          "[releases]") {
  ApiSite site;
  site.set_up();
  site.add_organisation("nhs-drug-refsets", {"carol"});
  const std::string url = "/coding-systems/update-refset-version/";
  const json body = {{"release", "41.2.0"}, {"tag", "20250423"}, {"release_date", "2025-04-23"}};
  CHECK(site.ask({.method = "POST", .target = url + "drug", .body = body.dump()}).status == 401);
  // The token is checked before the method.
  CHECK(site.get(url + "drug").status == 401);
  CHECK(site.ask({.target = url + "drug", .token = "Token " + ApiSite::token_of("bob")}).status ==
        405);
  const auto foreign = site.send("POST", url + "drug", body, "bob");
  CHECK(foreign.status == 403);
  CHECK(foreign.json().at("error") ==
        "Unauthorised. You must be a member of Test Organisation to update this refset version.");
  CHECK(site.send("POST", url + "none", body, "carol").json().at("error") ==
        "Invalid refset type. Must be one of pcd, drug");
  CHECK(site.send("POST", url + "drug", {{"tag", "1"}}, "carol").json().at("error") ==
        "Missing required fields: release, release_date");
  CHECK(site.send("POST", url + "drug",
                  {{"release", "1"}, {"tag", "1"}, {"release_date", "23/04/2025"}}, "carol")
            .json()
            .at("error") == "Invalid release_date format. Expected YYYY-MM-DD");
  const auto made = site.send("POST", url + "drug", body, "carol");
  REQUIRE(made.status == 201);
  CHECK(made.json().at("message") == "Created new NHSDrugRefsetVersion version: 20250423");

  const json latest = site.get("/coding-systems/latest-releases?type=json").json();
  CHECK(latest.at("snomedct").at("database_alias") == small_snomedct);
  CHECK(latest.at("snomedct").at("name") == "SNOMED CT (UK Clinical Edition)");
  CHECK(latest.at("bnf").at("valid_from") == "2024-01-01");
  CHECK(latest.at("nhs_drug_refsets").at("tag") == "20250423");
  CHECK(latest.at("nhs_drug_refsets").at("import_timestamp") ==
        made.json().at("version").at("import_timestamp"));
  CHECK_FALSE(latest.contains("pcd_refsets"));
  CHECK_FALSE(latest.contains("dmd"));
  CHECK(site.get("/coding-systems/latest-releases").body.find("41.2.0") != std::string::npos);
}

TEST_CASE("details of codes come from the newest release", "[releases]") {
  ApiSite site;
  site.set_up();
  const std::string url = "/coding-systems/more-info/";
  const auto ask = [&](const std::string& system, const std::string& body) {
    return site.ask({.method = "POST", .target = url + system, .body = body});
  };
  const std::string code = "9255007";
  const json more = ask("snomedct", json{{"codes", {code, "1"}}}.dump()).json();
  CHECK(more.at("synonyms").at(code).size() == 1);
  CHECK_FALSE(more.at("synonyms").contains("1"));
  CHECK(more.at("references") == json::object());
  CHECK(ask("none", "{}").json() == json{{"error", "Invalid coding system"}});
  CHECK(ask("bnf", "[1]").json() == json{{"error", "Badly formatted JSON request"}});
  CHECK(ask("bnf", R"({"codes": null})").json() ==
        json{{"synonyms", json::object()}, {"references", json::object()}});
  CHECK(ask("icd10", R"({"codes": ["A00"]})").json().at("synonyms") == json::object());
  CHECK(ask("bnf", R"({"codes": [1]})").status == 400);

  // From the draft's release, if it is named.
  const std::string first = "snomedct_small_20240101";
  const std::string second =
      site.import_snomedct("uk_sct2cl_5.1.0_20240601000001Z.zip", "second", "2024-06-01");
  const auto of = [&](const std::string& release) {
    return ask("snomedct", json{{"codes", {code}}, {"release", release}}.dump());
  };
  CHECK(of(first).json() == more);
  CHECK(of(second).json() == ask("snomedct", json{{"codes", {code}}}.dump()).json());
  const Reply other = of("bnf_small_20240101");
  CHECK(other.status == 400);
  CHECK_THAT(other.body, Catch::Contains("is not a valid database alias for a SNOMED CT release"));
  CHECK(ask("snomedct", R"({"release": 1})").status == 400);
}

}  // namespace codelog::tests::api_upgrade_test
