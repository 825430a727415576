// Looking back: a codelist's story, its moments, and single commits, over HTTP.
#include <catch2/catch.hpp>

#include "tests/server/api_site.h"

namespace codelog::tests::api_history_test {
namespace {

using nlohmann::json;

constexpr const char* elbow = "2247004";

struct Fixture {
  ApiSite site;
  std::string list = "/api/v2/codelists/organisation/test-org/elbows";
  std::string hash;
  std::string version;

  Fixture() {
    site.set_up();
    site.clock().set("2026-01-05T09:00:00Z");
    const Reply created = site.send(
        "POST", "/api/v2/codelists",
        {{"owner", "organisation/test-org"}, {"name", "Elbows"}, {"coding_system", "snomedct"}});
    REQUIRE(created.status == 201);
    hash = created.json().at("version").at("hash");
    version = "/api/v2/versions/" + hash;
  }

  std::uint64_t search(const std::string& time, const std::string& username = "alice") {
    site.clock().set(time);
    const Reply reply = site.send("POST", version + "/searches", {{"term", "elbow"}}, username);
    REQUIRE(reply.status == 201);
    return reply.json().at("position");
  }
  std::uint64_t decide(const std::string& time, const std::string& code, const std::string& sign,
                       const std::string& reason = "", const std::string& username = "alice") {
    site.clock().set(time);
    json body = one_update(code, sign);
    if (!reason.empty()) body["reason"] = reason;
    const Reply reply = site.send("PATCH", version + "/statuses", body, username);
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    return reply.json().at("position");
  }
  json groups(const std::string& query = "") {
    const Reply reply = site.get(list + "/history?group=session" + query);
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    return reply.json().at("groups");
  }
  Reply commit(std::uint64_t position, const std::string& username = "",
               const std::string& accept = "application/json") {
    return site.ask({.target = "/api/v2/commits/" + std::to_string(position),
                     .token = username.empty() ? "" : "Token " + ApiSite::token_of(username),
                     .headers = {{"Accept", accept}}});
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "the steps of one person in one sitting are one group",
                 "[api][history]") {
  search("2026-01-05T09:01:00Z");
  std::string third;
  const json start = site.get(version).json().at("statuses");
  for (const auto& [code, status] : start.items()) {
    if (code != elbow && code != "2281005") third = code;
  }
  decide("2026-01-05T09:10:00Z", elbow, "+", "It is one");
  const auto other = decide("2026-01-05T09:20:00Z", "2281005", "-");
  const auto again = decide("2026-01-05T09:24:00Z", elbow, "-");
  // Somebody else, and then a long break.
  const auto carols = decide("2026-01-05T09:25:00Z", third, "+", "", "carol");
  const auto later = decide("2026-01-05T10:30:00Z", third, "-", "", "carol");
  site.clock().set("2026-01-05T10:31:00Z");
  REQUIRE(
      site.send("POST", version + "/reasons", {{"step", later}, {"reason", "Seen twice"}}, "carol")
          .status == 201);

  const json all = groups();
  REQUIRE(all.size() == 5);
  CHECK(all.at(0).at("first_position") == later);
  CHECK(all.at(0).at("commits_count") == 2);
  // The reason counts for the step, and is a step of its own.
  CHECK(all.at(0).at("reasons_count") == 1);
  CHECK(all.at(0).at("steps").at(1).at("deeds").at(0).at("reason") == "Seen twice");
  CHECK(all.at(1).at("position") == carols);
  const json& sitting = all.at(2);
  CHECK(sitting.at("position") == again);
  CHECK(sitting.at("commits_count") == 3);
  CHECK(sitting.at("decided_count") == 2);
  CHECK(sitting.at("reasons_count") == 1);
  CHECK(sitting.at("steps").at(1).at("position") == other);
  CHECK(all.at(3).at("steps").at(0).at("deeds").at(0).at("type") == "SearchAdded");
  CHECK(all.at(3).at("steps").at(0).at("deeds").at(0).at("text") == "elbow");

  const json page = site.get(list + "/history?group=session&limit=2").json();
  CHECK(page.at("groups").size() == 2);
  CHECK(page.at("next") == carols);
  const json next =
      site.get(list + "/history?group=session&before=" + page.at("next").dump()).json();
  CHECK(next.at("groups").size() == 3);
  CHECK(next.at("next").is_null());
}

TEST_CASE_METHOD(Fixture, "a history is filtered by code, person and type", "[api][history]") {
  const auto found = search("2026-01-05T09:01:00Z");
  const auto decided = decide("2026-01-05T09:10:00Z", elbow, "+", "It is one");
  decide("2026-01-05T09:11:00Z", "2281005", "-", "", "carol");
  const json life = groups("&code=" + std::string(elbow));
  REQUIRE(life.size() == 2);
  CHECK(life.at(0).at("position") == decided);
  const json& deed = life.at(0).at("steps").at(0).at("deeds").at(0);
  CHECK(deed.at("change") == json{{"before", "?"}, {"after", "+"}});
  CHECK(deed.at("reason") == "It is one");
  CHECK(life.at(1).at("position") == found);
  CHECK(life.at(1).at("steps").at(0).at("deeds").at(0).at("change").at("before").is_null());

  CHECK(groups("&actor=carol").size() == 1);
  CHECK(groups("&actor=carol&code=" + std::string(elbow)).empty());
  CHECK(groups("&actor=nobody").empty());
  CHECK(groups("&type=SearchAdded&type=CodelistCreated").size() == 2);
  CHECK(groups("&code=0").empty());

  // The plain form, oldest first.
  const json events = site.get(list + "/history?code=" + std::string(elbow)).json().at("events");
  REQUIRE(events.size() == 2);
  CHECK(events.at(0).at("type") == "SearchAdded");
  CHECK(events.at(1).at("position") == decided);
  const json mine = site.get(list + "/history?actor=carol&limit=1").json();
  CHECK(mine.at("events").size() == 1);
  CHECK(mine.at("next").is_null());
}

TEST_CASE_METHOD(Fixture, "a history refuses what it cannot answer", "[api][history][bad-input]") {
  for (const char* query :
       {"?group=day", "?type=UserAdded", "?type=x", "?before=5", "?group=session&after=1",
        "?group=session&offset=1", "?group=session&limit=201", "?group=session&before=x"}) {
    INFO(query);
    CHECK(site.get(list + "/history" + query).status == 400);
  }
  CHECK(site.get(list + "/history?group=session&before=0").json().at("groups").empty());
}

TEST_CASE_METHOD(Fixture, "a moment tells what the list was like, and what has changed since",
                 "[api][history]") {
  search("2026-01-05T09:01:00Z");
  const auto decided = decide("2026-01-05T09:10:00Z", elbow, "+");
  const auto cleared = decide("2026-01-05T09:20:00Z", elbow, "-");
  const json moments = site.get(list + "/history/moments").json();
  CHECK(moments.at("is_complete") == true);
  CHECK(moments.at("positions").back() == cleared);
  CHECK(moments.at("positions").size() == 4);

  const json then = site.get(list + "/history/moments/" + std::to_string(decided)).json();
  CHECK(then.at("position") == decided);
  CHECK(then.at("next") == cleared);
  CHECK(then.at("actor") == "alice");
  CHECK(then.at("version").at("hash") == hash);
  const std::uint64_t included = then.at("version").at("counts").at("+");
  CHECK(included == 1);
  CHECK(then.at("since").at("added_count") == 0);
  CHECK(then.at("since").at("removed_count").get<std::uint64_t>() >= 1);
  // A position of another codelist's commit belongs to the moment before it.
  site.add_user("dave");
  const json now = site.get(list + "/history/moments/" + std::to_string(site.head())).json();
  CHECK(now.at("position") == cleared);
  CHECK(now.at("next").is_null());
  CHECK(now.at("since").at("removed_count") == 0);
  CHECK(site.get(list + "/history/moments/1").status == 404);
  CHECK(site.get(list + "/history/moments/x").status == 404);

  // A later change of the list changes what has changed since.
  decide("2026-01-05T09:30:00Z", elbow, "+");
  const json again = site.get(list + "/history/moments/" + std::to_string(decided)).json();
  CHECK(again.at("since").at("removed_count") == 0);
}

TEST_CASE_METHOD(Fixture, "the activity counts commits a day, for a year", "[api][history]") {
  decide("2026-02-01T09:10:00Z", elbow, "+");
  decide("2026-02-01T23:59:00Z", elbow, "-");
  decide("2026-02-02T00:01:00Z", elbow, "+");
  const json activity = site.get(list + "/history/activity").json();
  CHECK(activity.at("today") == "2026-02-02");
  CHECK(activity.at("days").dump() == R"([["2026-01-05",1],["2026-02-01",2],["2026-02-02",1]])");
  CHECK(activity.at("is_complete") == true);
  site.clock().set("2027-02-03T00:00:30Z");
  CHECK(site.get(list + "/history/activity").json().at("days").dump() == R"([["2026-02-02",1]])");
}

TEST_CASE_METHOD(Fixture, "a commit about a codelist is there as JSON and as octets",
                 "[api][history]") {
  const auto decided = decide("2026-01-05T09:10:00Z", elbow, "+", "It is one");
  const json shown = commit(decided).json();
  CHECK(shown.at("position") == decided);
  CHECK(shown.at("events").at(0).at("reason") == "It is one");
  const Reply octets = commit(decided, "", "*/*");
  CHECK(octets.header("content-type") == "application/vnd.codelog.commit");
  CHECK(octets.body == *site.log().read_bytes(base::Position(decided)));
  // Commits about people are nobody's to read here, nor those that are not there.
  CHECK(commit(1, "alice").status == 404);
  CHECK(commit(site.head() + 1, "alice").status == 404);
  CHECK(commit(0, "alice").status == 404);
  CHECK(commit(1, "alice").json().at("detail") ==
        commit(site.head() + 1, "alice").json().at("detail"));
  CHECK(site.get("/api/v2/commits/x").status == 404);
}

TEST_CASE_METHOD(Fixture, "commits of a restricted codelist are there for its editors only",
                 "[api][history][access]") {
  const auto decided = decide("2026-01-05T09:10:00Z", elbow, "+");
  REQUIRE(commit(decided).status == 200);
  REQUIRE(site.send("PATCH", list, {{"access", "restricted"}}).status == 200);
  for (const char* accept : {"application/json", "*/*"}) {
    CHECK(commit(decided, "", accept).status == 404);
    CHECK(commit(decided, "bob", accept).status == 404);
    CHECK(commit(decided, "carol", accept).status == 200);
  }
  for (const char* end : {"", "/moments", "/activity", "/moments/1"}) {
    CHECK(site.get(list + "/history" + end).status == 404);
  }
  // Deleting it opens it to nobody.
  REQUIRE(site.send("DELETE", list, {{"reason", "a test"}}).status == 200);
  CHECK(commit(decided, "bob").status == 404);
}

}  // namespace codelog::tests::api_history_test
