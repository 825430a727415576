// Bringing a codelist back over HTTP.
#include <catch2/catch.hpp>

#include "tests/server/api_site.h"

namespace codelog::tests::api_restore_test {
namespace {

using nlohmann::json;

constexpr const char* codelist = "/api/v2/codelists/organisation/test-org/elbows";

struct Fixture {
  ApiSite site;
  std::string hash;
  std::string download;

  Fixture() {
    site.set_up();
    const Reply created = site.send("POST", "/api/v2/codelists",
                                    {{"owner", "organisation/test-org"},
                                     {"name", "Elbows"},
                                     {"coding_system", "snomedct"},
                                     {"codes", {"2281005", "2247004"}}});
    REQUIRE(created.status == 201);
    hash = created.json().at("version").at("hash");
    const std::string version = "/api/v2/versions/" + hash;
    REQUIRE(site.send("POST", version + "/save").status == 200);
    REQUIRE(site.send("POST", version + "/publish").status == 200);
    download = "/codelist/test-org/elbows/" + hash + "/download.csv";
  }

  Reply restore(const json& body, const std::string& username = "alice") {
    return site.send("POST", std::string(codelist) + "/restore", body, username);
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a deleted codelist is restored under its addresses", "[api][restore]") {
  const std::string file = site.get(download).body;
  const json before = site.get(codelist).json();
  const std::string then = std::to_string(site.head());
  REQUIRE(site.send("DELETE", codelist, {{"reason", "by mistake"}}).status == 200);
  REQUIRE(site.get(download).status == 410);

  CHECK(restore({{"as_of", then}}, "carol").status == 403);
  const Reply restored = restore({{"as_of", then}, {"reason", "it was a mistake"}});
  INFO(restored.body);
  REQUIRE(restored.status == 200);
  const json answer = restored.json();
  CHECK(answer.at("owner") == "organisation/test-org");
  CHECK(answer.at("slug") == "elbows");
  CHECK(answer.at("as_of") == std::stoull(then));
  CHECK(answer.at("restored") == json{hash});
  CHECK(answer.at("deleted") == json::array());
  CHECK(answer.at("position") == site.head());

  CHECK(site.get(download).body == file);
  json after = site.get(codelist).json();
  CHECK(after.at("created_at") == before.at("created_at"));
  CHECK(after.at("versions").at(0).at("created_at") ==
        before.at("versions").at(0).at("created_at"));
  CHECK(after.at("versions").at(0).at("status") == "published");
  // The whole story is in the history.
  const json events = site.get(std::string(codelist) + "/history").json().at("events");
  std::vector<std::string> types;
  for (const json& event : events) types.push_back(event.at("type"));
  const auto restoration = std::ranges::find(types, "CodelistRestored");
  REQUIRE(restoration != types.end());
  CHECK(std::ranges::find(types, "CodelistDeleted") < restoration);
  const json& event = events.at(static_cast<std::size_t>(restoration - types.begin()));
  CHECK(event.at("reason") == "it was a mistake");
  CHECK(event.at("as_of") == std::stoull(then));
  // So is the past.
  CHECK(site.get(std::string(codelist) + "?as_of=" + then).status == 200);
  // And all of it is in views that are built again.
  site.restart_with_new_views();
  CHECK(site.get(download).body == file);
}

TEST_CASE_METHOD(Fixture, "a restore with a key acts once", "[api][restore]") {
  const std::string then = std::to_string(site.head());
  REQUIRE(site.send("DELETE", codelist, {{"reason", "by mistake"}}).status == 200);
  const Ask ask = {.method = "POST",
                   .target = std::string(codelist) + "/restore",
                   .token = "Token " + ApiSite::token_of("alice"),
                   .body = json{{"as_of", then}}.dump(),
                   .headers = {{"Idempotency-Key", "once"}}};
  const Reply first = site.ask(ask);
  REQUIRE(first.status == 200);
  CHECK(site.ask(ask).body == first.body);
  CHECK(first.json().at("position") == site.head());
}

TEST_CASE_METHOD(Fixture, "restores that cannot be right say why", "[api][restore]") {
  const std::string now = std::to_string(site.head());
  struct Case {
    json body;
    int status;
    const char* detail;
  };
  const std::vector<Case> cases = {
      {{{"as_of", now}}, 409, "nothing to restore"},
      {{{"as_of", "1"}}, 404, "no codelist was at organisation/test-org/elbows then"},
      {{{"as_of", "99999"}}, 400, "is after the end of the log"},
      {{{"as_of", "yesterday"}}, 400, "must be a position, a time"},
      {{{"as_of", 1}}, 404, "no codelist was at"},
      {{{"as_of", -1}}, 400, "as_of"},
      {{{"as_of", 1.5}}, 400, "as_of"},
      {json::object(), 400, "as_of"},
      {{{"as_of", now}, {"reason", 5}}, 400, "reason"},
  };
  for (const Case& wrong : cases) {
    CAPTURE(wrong.body);
    const Reply reply = restore(wrong.body);
    CHECK(reply.status == wrong.status);
    CHECK_THAT(reply.body, Catch::Contains(wrong.detail));
  }
  CHECK(site.send("POST", "/api/v2/codelists/nobody/test-org/elbows/restore", {{"as_of", now}})
            .status == 404);
  CHECK(std::to_string(site.head()) == now);
}

}  // namespace codelog::tests::api_restore_test
