// as_of and min_position: past states, and waiting for a later position.
#include <catch2/catch.hpp>
#include <thread>

#include "tests/server/api_site.h"

namespace codelog::tests::api_past_test {
namespace {

using nlohmann::json;

struct Fixture {
  ApiSite site;
  std::string list = "/api/v2/codelists/user/alice/elbows";
  std::string version;
  std::uint64_t created = 0;

  Fixture() {
    site.set_up();
    site.clock().set("2026-01-01T00:00:00Z");
    const json codelist =
        site.send("POST", "/api/v2/codelists",
                  {{"owner", "user/alice"}, {"name", "Elbows"}, {"coding_system", "snomedct"}})
            .json();
    created = codelist.at("position");
    version = "/api/v2/versions/" + codelist.at("version").at("hash").get<std::string>();
  }

  Reply as_of(const std::string& target, const std::string& moment) const {
    return site.get(target + "?as_of=" + moment);
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "as_of takes a position, a time or a day", "[api][past]") {
  site.clock().set("2026-02-01T12:00:00Z");
  REQUIRE(site.send("PATCH", list, {{"name", "Joints"}, {"slug", "joints"}}).status == 200);
  site.clock().set("2026-03-01T00:00:00Z");
  const auto name = [&](const std::string& moment) {
    const Reply reply = as_of(list, moment);
    INFO(moment << " " << reply.body);
    return reply.status == 200 ? reply.json().at("name").get<std::string>()
                               : std::to_string(reply.status);
  };
  CHECK(name(std::to_string(created)) == "Elbows");
  CHECK(name(std::to_string(created + 1)) == "Joints");
  CHECK(name("2026-01-31") == "Elbows");
  CHECK(name("2026-02-01") == "Elbows");
  CHECK(name("2026-02-01T12:00:01Z") == "Joints");
  CHECK(name("2026-02-01T11:59:59.999Z") == "Elbows");
  CHECK(name("2026-02-01T14:00:01%2B02:00") == "Joints");
  CHECK(name("2026-02-02") == "Joints");
  // Before the codelist was made, and after the end of the log.
  CHECK(name(std::to_string(created - 1)) == "404");
  CHECK(name("2025-12-31") == "404");
  CHECK(name(std::to_string(site.head() + 1)) == "400");
  CHECK(name("2026-03-02") == "400");
  CHECK(name("yesterday") == "400");
  CHECK(name("") == "400");
}

TEST_CASE_METHOD(Fixture,
                 "the past of a later time never has fewer commits, however the clock was set",
                 "[api][past]") {
  const auto rename = [&](const std::string& time, const std::string& name) {
    site.clock().set(time);
    const Reply renamed = site.send("PATCH", list, {{"name", name}});
    REQUIRE(renamed.status == 200);
    return renamed.json().at("position").dump();
  };
  rename("2026-02-01T11:00:00Z", "Second");
  // The clock goes back an hour, as if it had been wrong before.
  const std::string third = rename("2026-02-01T10:30:00Z", "Third");
  site.clock().set("2026-02-01T10:40:00Z");
  site.register_release("icd10");
  site.clock().set("2026-02-02T00:00:00Z");
  const auto name = [&](const std::string& moment) {
    const Reply reply = as_of(list, moment);
    INFO(moment << " " << reply.body);
    REQUIRE(reply.status == 200);
    return reply.json().at("name").get<std::string>();
  };
  CHECK(name("2026-02-01T10:00:00Z") == "Elbows");
  // A later commit does not count, even if another stream has an earlier one after it.
  CHECK(name("2026-02-01T10:45:00Z") == "Elbows");
  CHECK(name("2026-02-01T11:00:01Z") == "Third");
  CHECK(name(third) == "Third");
}

TEST_CASE_METHOD(Fixture, "the past at a position is the same at each look", "[api][past]") {
  const json added = site.send("POST", version + "/searches", {{"term", "elbow"}}).json();
  const std::string then = added.at("position").dump();
  const Reply first = as_of(version, then);
  REQUIRE(first.status == 200);
  CHECK(first.json().at("searches").size() == 1);
  REQUIRE(site.send("DELETE", version + "/searches/" + added.at("id").dump()).status == 200);
  for (int i = 0; i < 3; ++i) {
    const Reply again = as_of(version, then);
    CHECK(again.body == first.body);
    CHECK(again.header("etag") == first.header("etag"));
    CHECK(again.header("content-type") == first.header("content-type"));
  }
  CHECK(as_of(list, then).json().at("position") == added.at("position"));
  const std::string search = version + "/searches/" + added.at("id").dump();
  CHECK(as_of(search, then).json().at("codes") == added.at("codes"));
  CHECK(site.get(search).status == 404);
  CHECK(as_of(version + "/assumptions", then).json().at("assumptions").empty());
}

TEST_CASE_METHOD(Fixture, "a deleted version can be read as it was", "[api][past]") {
  const json added = site.send("POST", version + "/searches", {{"term", "elbow"}}).json();
  const std::string before = site.get(version).body;
  REQUIRE(site.send("POST", version + "/discard").status == 200);
  CHECK(site.get(version).status == 404);
  CHECK(site.get(list).status == 404);
  CHECK(as_of(version, added.at("position").dump()).body == before);
  CHECK(as_of(version, std::to_string(site.head())).status == 404);
  CHECK(site.get("/api/v2/versions/4de11995?as_of=1").status == 404);
  site.restart_with_new_views();
  CHECK(as_of(version, added.at("position").dump()).body == before);
}

TEST_CASE_METHOD(Fixture, "a read with min_position waits for that commit", "[api][position]") {
  const std::uint64_t next = site.head() + 1;
  // The answer comes after the writer below has been answered, or 503 when the wait is over.
  const std::string target = list + "?min_position=" + std::to_string(next);
  Reply reply = site.get(target);
  CHECK(reply.status == 503);
  CHECK(reply.header("retry-after") == "1");
  CHECK(reply.header("content-type") == "application/problem+json");
  std::thread reader([&] {
    do {
      reply = site.get(target);
    } while (reply.status == 503);
  });
  const Reply renamed = site.send("PATCH", list, {{"description", "Written"}});
  reader.join();
  CHECK(renamed.json().at("position") == next);
  CHECK(reply.json().at("description") == "Written");
  CHECK(site.get(list + "?min_position=x").status == 400);
  CHECK(site.get(list + "?min_position=-1").status == 400);
  CHECK(site.get("/api/v2/codelists?min_position=" + std::to_string(next)).status == 200);
  CHECK(site.get("/api/v2/codelists?min_position=" + std::to_string(next + 1)).status == 503);
}

TEST_CASE_METHOD(Fixture, "history shows who did what, page by page", "[api][history]") {
  const Reply searched = site.send("POST", version + "/searches", {{"term", "elbow"}});
  const std::string code = searched.json().at("codes").at(0);
  json decision = one_update(code, "+");
  decision["reason"] = "It is one";
  REQUIRE(site.send("PATCH", version + "/statuses", decision).status == 200);
  const json all = site.get(list + "/history").json();
  REQUIRE(all.at("events").size() == 4);
  CHECK(all.at("next").is_null());
  const json& decided = all.at("events").at(3);
  CHECK(decided.at("type") == "StatusesChanged");
  CHECK(decided.at("command") == "ChangeStatuses");
  CHECK(decided.at("actor") == "alice");
  CHECK(decided.at("updates") == decision.at("updates"));
  CHECK(decided.at("reason") == "It is one");
  CHECK(decided.at("version") == version.substr(version.rfind('/') + 1));
  CHECK(decided.at("changed_count") >= 1);
  CHECK_FALSE(decided.contains("changed"));
  const json detailed = site.get(list + "/history?changes=true").json();
  CHECK(detailed.at("events").at(3).at("changed").at(code) == "+");
  // Two events of one commit are never on different pages.
  const json first = site.get(list + "/history?limit=1").json();
  CHECK(first.at("events").size() == 2);
  CHECK(first.at("next") == created);
  const json second = site.get(list + "/history?limit=1&after=" + first.at("next").dump()).json();
  CHECK(second.at("events").at(0).at("type") == "SearchAdded");
  CHECK(second.at("events").at(0).at("search").at("term") == "elbow");
  CHECK(site.get(list + "/history?after=99999").json().at("events").empty());
  CHECK(site.get(list + "/history?limit=0").status == 400);
  CHECK(site.get(list + "/history?limit=1001").status == 400);
}

TEST_CASE_METHOD(Fixture, "an event of the history lists some of its codes, and leads to the rest",
                 "[api][history]") {
  site.register_wide_release();
  const Reply made = site.send("POST", "/api/v2/codelists",
                               {{"owner", "organisation/test-org"},
                                {"name", "Wide"},
                                {"coding_system", "bnf"},
                                {"release", "bnf_wide_20230101"}});
  REQUIRE(made.status == 201);
  const std::string draft =
      "/api/v2/versions/" + made.json().at("version").at("hash").get<std::string>();
  json updates = json::array();
  for (int i = 10'000; i < 29'000; ++i) updates.push_back({"leaf" + std::to_string(i), "+"});
  const Reply decided = site.send("PATCH", draft + "/statuses", {{"updates", updates}});
  INFO(decided.body.substr(0, 200));
  REQUIRE(decided.status == 200);
  REQUIRE(site.send("PATCH", draft + "/statuses", one_update("middle", "+")).status == 200);
  const std::string history = "/api/v2/codelists/organisation/test-org/wide/history";
  const std::string end = "?after=" + std::to_string(decided.json().at("position").get<int>() - 1);
  for (const std::string changes : {"", "&changes=true"}) {
    CAPTURE(changes);
    const json page = site.get(history + end + changes).json();
    CHECK(page.at("next").is_null());
    REQUIRE(page.at("events").size() == 2);
    json seen_updates = json::array();
    json seen_changes = json::object();
    json event = page.at("events").at(0);
    for (int pages = 1;; ++pages) {
      CHECK(event.at("updates_count") == updates.size());
      CHECK(event.at("changed_count") == updates.size());
      CHECK(event.at("updates").size() <= 10'000);
      for (const json& update : event.at("updates")) seen_updates.push_back(update);
      if (!changes.empty()) seen_changes.update(event.at("changed"));
      if (!event.contains("more")) break;
      REQUIRE(pages < 3);
      CHECK(event.at("more") == history + end + "&limit=1" + changes + "&offset=10000");
      const json next = site.get(event.at("more")).json();
      REQUIRE(next.at("events").size() == 1);
      event = next.at("events").at(0);
    }
    CHECK(seen_updates == updates);
    CHECK(seen_changes.size() == (changes.empty() ? 0 : updates.size()));
    // Only a list that is shown is cut.
    CHECK_FALSE(page.at("events").at(1).at("changed_count") == 0);
    CHECK_FALSE(page.at("events").at(1).contains("more"));
  }
  const json beyond = site.get(history + end + "&offset=99999").json();
  CHECK(beyond.at("events").at(0).at("updates").empty());
  CHECK_FALSE(beyond.at("events").at(0).contains("more"));
  CHECK(site.get(history + "?offset=-1").status == 400);
}

}  // namespace codelog::tests::api_past_test
