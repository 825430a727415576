// Blame, changes and replays over HTTP, and reads of the past that lists and files take.
#include <catch2/catch.hpp>

#include "tests/server/api_site.h"

namespace codelog::tests::api_audit_test {
namespace {

using Catch::Contains;
using nlohmann::json;

constexpr const char* elbow = "2247004";

struct Fixture {
  ApiSite site;
  std::string list = "/api/v2/codelists/organisation/test-org/elbows";
  std::string hash;
  std::string version;
  std::uint64_t created = 0;
  std::uint64_t searched = 0;
  std::uint64_t decided = 0;
  std::string below;  // a code whose status follows from the elbow's

  Fixture() {
    site.set_up();
    site.clock().set("2026-01-05T09:00:00Z");
    const Reply made = site.send(
        "POST", "/api/v2/codelists",
        {{"owner", "organisation/test-org"}, {"name", "Elbows"}, {"coding_system", "snomedct"}});
    REQUIRE(made.status == 201);
    hash = made.json().at("version").at("hash");
    version = "/api/v2/versions/" + hash;
    created = made.json().at("position");
    site.clock().set("2026-01-06T09:00:00Z");
    searched = site.send("POST", version + "/searches", {{"term", "elbow"}}).json().at("position");
    site.clock().set("2026-01-07T09:00:00Z");
    json body = one_update(elbow, "+");
    body["reason"] = "It is one";
    const json done = site.send("PATCH", version + "/statuses", body, "carol").json();
    decided = done.at("position");
    for (const auto& [code, status] : done.at("changed").items()) {
      if (status == "(+)") below = code;
    }
    REQUIRE_FALSE(below.empty());
  }

  json read(const std::string& target) const {
    const Reply reply = site.get(target);
    INFO(target << " " << reply.body);
    REQUIRE(reply.status == 200);
    return reply.json();
  }
  Reply blame_csv(const std::string& query = "") const {
    return site.ask({.target = version + "/blame" + query, .headers = {{"Accept", "text/csv"}}});
  }
};

json find_code(const json& blame, const std::string& code) {
  for (const json& entry : blame.at("codes")) {
    if (entry.at("code") == code) return entry;
  }
  return nullptr;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "blame names the decision on a code, or the one above it",
                 "[api][blame]") {
  const json blame = read(version + "/blame");
  CHECK(blame.at("is_complete") == true);
  CHECK(blame.at("codes_count") == blame.at("codes").size());
  const json own = find_code(blame, elbow);
  REQUIRE(own.at("decided_by").size() == 1);
  const json& decision = own.at("decided_by").at(0);
  CHECK(decision.at("code") == elbow);
  CHECK(decision.at("position") == decided);
  CHECK_THAT(decision.at("time").get<std::string>(), Catch::StartsWith("2026-01-07T09:00:00"));
  CHECK(decision.at("actor") == "carol");
  CHECK(decision.at("reason") == "It is one");
  CHECK(decision.at("version") == hash);
  CHECK(decision.at("given") == false);
  CHECK_FALSE(own.at("term").get<std::string>().empty());
  const json inherited = find_code(blame, below);
  CHECK(inherited.at("status") == "(+)");
  REQUIRE(inherited.at("decided_by").size() == 1);
  CHECK(inherited.at("decided_by").at(0).at("code") == elbow);
  CHECK(inherited.at("decided_by").at(0).at("position") == decided);
  // Before the decision, nobody had decided.
  const json before = read(version + "/blame?as_of=" + std::to_string(searched));
  CHECK(find_code(before, elbow).at("decided_by").empty());
  CHECK(site.get("/api/v2/versions/ffffffff/blame").status == 404);
  CHECK(site.get(version + "/blame?limit=0").status == 400);
}

TEST_CASE_METHOD(Fixture, "blame comes in pages, and as a table", "[api][blame]") {
  const json all = read(version + "/blame");
  json paged = json::array();
  std::string query = "?limit=2";
  while (true) {
    const json page = read(version + "/blame" + query);
    for (const json& code : page.at("codes")) paged.push_back(code);
    if (page.at("next").is_null()) break;
    query = "?limit=2&offset=" + page.at("next").dump();
  }
  CHECK(paged == all.at("codes"));
  const Reply table = blame_csv();
  CHECK(table.header("content-type") == "text/csv; charset=utf-8");
  CHECK_THAT(table.body, Catch::StartsWith("code,term,status,decided_by,decided_by_term,"
                                           "decided_status,position,time,actor,reason,version,"
                                           "given\r\n"));
  CHECK_THAT(table.body, Contains("," + std::string(elbow) + ",") && Contains(",It is one,"));
  CHECK(table.header("link").empty());
  CHECK(blame_csv("?limit=2").header("link") ==
        "</api/v2/versions/" + hash + "/blame?offset=2&limit=2>; rel=\"next\"");
}

TEST_CASE_METHOD(Fixture, "the life of a code has what was undone, and says so", "[api][blame]") {
  site.clock().set("2026-01-08T09:00:00Z");
  REQUIRE(site.send("PATCH", version + "/statuses", one_update(elbow, "-"), "carol").status == 200);
  REQUIRE(site.send("POST", version + "/undo", json::object(), "carol").status == 200);
  CHECK(find_code(read(version + "/blame"), elbow).at("decided_by").at(0).at("position") ==
        decided);
  const json life = read(version + "/blame?code=" + elbow);
  CHECK(life.at("now").at("status") == "+");
  std::vector<std::string> told;
  for (const json& event : life.at("life")) {
    told.push_back(event.at("type").get<std::string>() + (event.at("counts") == true ? "" : "!"));
  }
  CHECK(told == std::vector<std::string>{"DraftStepUndone", "StatusesChanged!", "StatusesChanged",
                                         "SearchAdded"});
  CHECK(life.at("life").at(2).at("after") == "+");
  CHECK(life.at("life").at(3).at("text") == "elbow");
  const json first = read(version + "/blame?limit=1&code=" + elbow);
  CHECK(first.at("life").size() == 1);
  CHECK(read(version + "/blame?code=" + std::string(elbow) + "&before=" + first.at("next").dump())
            .at("life")
            .size() == 3);
  CHECK(site.get(version + "/blame?code=1").status == 404);
}

TEST_CASE_METHOD(Fixture, "changes compare two moments, or two versions", "[api][changes]") {
  site.clock().set("2026-01-08T09:00:00Z");
  REQUIRE(site.send("PATCH", list, {{"name", "Joints"}}).status == 200);
  const json changes = read(list + "/changes?from=" + std::to_string(created));
  CHECK(changes.at("change") == "changed");
  CHECK(changes.at("from") == created);
  CHECK(changes.at("details").at("name") == json{{"before", "Elbows"}, {"after", "Joints"}});
  REQUIRE(changes.at("versions").size() == 1);
  const json& of_version = changes.at("versions").at(0);
  CHECK(of_version.at("change") == "changed");
  CHECK(of_version.at("removed_count") == 0);
  CHECK(of_version.at("changed_count") == of_version.at("codes").size());
  REQUIRE(of_version.at("searches").size() == 1);
  CHECK(of_version.at("searches").at(0).at("after").at("term") == "elbow");
  bool is_told = false;
  for (const json& code : of_version.at("codes")) {
    if (code.at("code") == elbow) is_told = code.at("before").is_null() && code.at("after") == "+";
  }
  CHECK(is_told);
  const json day = read(list + "/changes?from=2026-01-06T10:00:00Z&to=2026-01-07T10:00:00Z");
  CHECK(day.at("details").empty());
  CHECK(day.at("versions").at(0).at("searches").empty());
  CHECK(day.at("to") == decided);
  // The whole list is new.
  CHECK(read(list + "/changes?from=1").at("change") == "made");
  CHECK(site.get(list + "/changes").status == 400);
  CHECK(site.get(list + "/changes?from=soon").json().at("errors").at(0).at("field") == "from");

  const json current = read(version);
  for (const auto& [code, status] : current.at("statuses").items()) {
    if (status == "?") {
      REQUIRE(site.send("PATCH", version + "/statuses", one_update(code, "-")).status == 200);
    }
  }
  REQUIRE(site.send("POST", version + "/save").status == 200);
  REQUIRE(site.send("POST", version + "/publish").status == 200);
  const json draft = site.send("POST", version + "/drafts").json();
  const std::string second = draft.at("hash");
  REQUIRE(site.send("PATCH", "/api/v2/versions/" + second + "/statuses", one_update(elbow, "-"))
              .status == 200);
  const json versions = read(list + "/changes?from=" + hash + "&to=" + second);
  REQUIRE(versions.at("versions").size() == 1);
  CHECK(versions.at("versions").at(0).at("compared_with") == hash);
  CHECK(versions.at("versions").at(0).at("removed_count").get<int>() > 0);
  CHECK(site.get(list + "/changes?from=" + hash + "&to=1").status == 400);
}

TEST_CASE_METHOD(Fixture, "a replay steps through a codelist's states", "[api][replay]") {
  const json forward = read(list + "/replay");
  CHECK(forward.at("state").at("position") == created);
  CHECK(forward.at("state").at("version").at("statuses").empty());
  REQUIRE(forward.at("steps").size() == 2);
  CHECK(forward.at("steps").at(0).at("position") == searched);
  CHECK(forward.at("steps").at(1).at("actor") == "carol");
  const json& step = forward.at("steps").at(1).at("versions").at(0);
  CHECK(step.at("changes").at(elbow) == json{"?", "+"});
  CHECK(step.at("after").at("counts").at("+") == 1);
  CHECK(forward.at("next").is_null());
  const json backward = read(list + "/replay?direction=backward&limit=2");
  CHECK(backward.at("state").at("position") == decided);
  CHECK(backward.at("state").at("version").at("statuses").at(elbow) == "+");
  REQUIRE(backward.at("steps").size() == 2);
  CHECK(backward.at("steps").at(0).at("position") == decided);
  CHECK(backward.at("next") == created);
  CHECK(read(list + "/replay?direction=backward&from=" + std::to_string(created))
            .at("steps")
            .size() == 1);
  CHECK(site.get(list + "/replay?direction=sideways").status == 400);
  CHECK(site.get(list + "/replay?from=1").status == 404);
}

TEST_CASE_METHOD(Fixture, "the site's changes name each codelist once", "[api][changes]") {
  const json changes = read("/api/v2/log/changes?from=" + std::to_string(created - 1));
  REQUIRE(changes.at("codelists").size() == 1);
  const json& told = changes.at("codelists").at(0);
  CHECK(told.at("codelist").at("slug") == "elbows");
  CHECK(told.at("commits_count") == 3);
  CHECK(told.at("decided_count") == 1);
  CHECK(told.at("created") == true);
  CHECK(told.at("made") == json{hash});
  const json last = read("/api/v2/log/changes?from=" + std::to_string(searched));
  CHECK(last.at("codelists").at(0).at("commits_count") == 1);
  CHECK(last.at("codelists").at(0).at("actors").at(0).at("actor") == "carol");
  CHECK(site.get("/api/v2/log/changes").status == 400);
}

TEST_CASE_METHOD(Fixture, "who may not read a codelist finds nothing of its history",
                 "[api][access]") {
  REQUIRE(site.send("PATCH", list, {{"access", "restricted"}}).status == 200);
  const std::string then = std::to_string(decided);
  for (const std::string& target :
       {version + "/blame", version + "/blame?as_of=" + then, list + "/changes?from=1",
        list + "/replay", "/codelist/test-org/elbows/" + hash + "/download.csv?as_of=" + then}) {
    CAPTURE(target);
    CHECK(site.get(target).status == 404);
  }
  const std::string owned = "/api/v2/codelists?owner=organisation/test-org&as_of=" + then;
  CHECK(read(owned).at("codelists").empty());
  CHECK(read("/api/v2/log/changes?from=0").at("codelists").empty());
  const Reply carols = site.ask({.target = owned, .token = "Token " + ApiSite::token_of("carol")});
  CHECK(carols.json().at("codelists").size() == 1);
}

TEST_CASE_METHOD(Fixture, "an owner's listing is as it was", "[api][past]") {
  const std::string owned = "/api/v2/codelists?owner=organisation/test-org";
  const auto names = [&](const std::string& query) {
    std::vector<std::string> all;
    const json page = read(owned + query);
    for (const json& codelist : page.at("codelists")) {
      all.push_back(codelist.at("name"));
    }
    return all;
  };
  using Names = std::vector<std::string>;
  site.clock().set("2026-01-08T09:00:00Z");
  REQUIRE(site.send("PATCH", list, {{"name", "Joints"}}).status == 200);
  const Reply second = site.send(
      "POST", "/api/v2/codelists",
      {{"owner", "organisation/test-org"}, {"name", "Knees"}, {"coding_system", "snomedct"}});
  REQUIRE(second.status == 201);
  site.clock().set("2026-01-09T09:00:00Z");
  REQUIRE(site.send("DELETE", list).status == 200);
  CHECK(names("") == Names{"Knees"});
  CHECK(names("&as_of=2026-01-09") == Names{"Joints", "Knees"});
  CHECK(names("&as_of=" + std::to_string(decided)) == Names{"Elbows"});
  CHECK(names("&as_of=2026-01-09&limit=1") == Names{"Joints"});
  CHECK(names("&as_of=2026-01-01").empty());
  CHECK(site.get("/api/v2/codelists?as_of=1").json().at("errors").at(0).at("field") == "owner");
}

TEST_CASE_METHOD(Fixture, "a file is as it was", "[api][past]") {
  const std::string csv = "code,term\n" + std::string(elbow) + ",Elbow\n";
  const Reply made = site.send("POST", "/api/v2/codelists",
                               {{"owner", "organisation/test-org"},
                                {"name", "Table"},
                                {"coding_system", "snomedct"},
                                {"release", "snomedct_small_20240101"},
                                {"csv", csv}});
  REQUIRE(made.status == 201);
  const std::string table = made.json().at("version").at("hash");
  const std::string file = "/codelist/test-org/table/" + table + "/download.csv";
  const Reply now = site.get(file);
  REQUIRE(now.status == 200);
  const std::string then = std::to_string(site.head());
  REQUIRE(site.send("PATCH", "/api/v2/codelists/organisation/test-org/table",
                    {{"name", "Other"}, {"slug", "other"}})
              .status == 200);
  const Reply past = site.get(file + "?as_of=" + then);
  CHECK(past.status == 200);
  CHECK(past.body == now.body);
  CHECK_THAT(past.header("content-disposition"), Contains("test-org-table-"));
  CHECK(site.get(file + "?as_of=" + std::to_string(decided)).status == 404);
  CHECK(site.get(file + "?as_of=never").status == 400);
}

}  // namespace codelog::tests::api_audit_test
