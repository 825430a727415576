// Who has a draft open.
#include <catch2/catch.hpp>
#include <chrono>

#include "server/application/presence.h"
#include "tests/server/http_client.h"
#include "tests/server/small_draft.h"

namespace codelog::tests::api_presence_test {
namespace {

using application::PresentPerson;
using base::CodelistId;
using base::VersionId;
using nlohmann::json;
using std::chrono::seconds;

const application::Presence::Time start{};

PresentPerson person(const std::string& username, const std::string& code = "") {
  return {username, "Name of " + username, VersionId(1), code};
}

struct Fixture : SmallDraft {
  json codelist = site.get("/api/v2/codelists/organisation/test-org/diamonds").json();

  Reply beat(const json& body, const std::string& username = "alice") const {
    return site.send("PUT", version + "/presence", body, username);
  }
  // A stream of the codelist's events, which has begun.
  http::test::Client follow(const std::string& header) const {
    http::test::Client client(site.port());
    REQUIRE(client.send("GET /api/v2/events?codelist=" + codelist.at("id").dump() +
                        " HTTP/1.1\r\nHost: test\r\n" + header + "\r\n"));
    CHECK_THAT(client.read_until(":\n\n\r\n"), Catch::StartsWith("HTTP/1.1 200"));
    return client;
  }
};

std::string token_header(const std::string& username) {
  return "Authorization: Token " + ApiSite::token_of(username) + "\r\n";
}

}  // namespace

TEST_CASE("people are known until two beats are lost", "[presence]") {
  application::Presence presence;
  CHECK(presence.note(CodelistId(1), person("ben"), start));
  CHECK_FALSE(presence.note(CodelistId(1), person("ben"), start + seconds(20)));
  CHECK(presence.note(CodelistId(1), person("ben", "a"), start + seconds(21)));
  CHECK(presence.note(CodelistId(1), person("ada"), start + seconds(40)));
  CHECK(presence.people(CodelistId(1), start + seconds(71)) ==
        std::vector{person("ada"), person("ben", "a")});
  CHECK(presence.people(CodelistId(1), start + seconds(72)) == std::vector{person("ada")});
  CHECK(presence.people(CodelistId(2), start + seconds(40)).empty());
  // Ben comes back: that is news, though nothing was forgotten meanwhile.
  CHECK(presence.note(CodelistId(1), person("ben", "a"), start + seconds(80)));
}

TEST_CASE("nobody fills the memory with people", "[presence]") {
  using application::Presence;
  Presence presence;
  for (std::size_t i = 0; i < Presence::people_of_codelist_max; ++i) {
    CHECK(presence.note(CodelistId(1), person("p" + std::to_string(i)), start));
  }
  CHECK_FALSE(presence.note(CodelistId(1), person("late"), start));
  for (std::size_t i = Presence::people_of_codelist_max; i < Presence::people_max; ++i) {
    const CodelistId codelist(static_cast<std::uint32_t>(2 + i / 40));
    CHECK(presence.note(codelist, person("p" + std::to_string(i)), start));
  }
  CHECK_FALSE(presence.note(CodelistId(9'000), person("late"), start));
  CHECK(presence.people(CodelistId(9'000), start).empty());
  CHECK(presence.note(CodelistId(9'000), person("late"), start + seconds(51)));
  CHECK(presence.note(CodelistId(1), person("late"), start + seconds(51)));
}

TEST_CASE_METHOD(Fixture, "a heartbeat answers with everybody who is there",
                 "[builder][presence]") {
  const json alone = beat({{"code", "a"}}).json();
  CHECK(alone.at("read_only").is_null());
  REQUIRE(alone.at("people").size() == 1);
  CHECK(alone.at("people").at(0).at("username") == "alice");
  CHECK(alone.at("people").at(0).at("code") == "a");
  CHECK(version.ends_with(alone.at("people").at(0).at("version").get<std::string>()));
  const json both = beat(json::object(), "carol").json().at("people");
  REQUIRE(both.size() == 2);
  CHECK(both.at(1).at("username") == "carol");
  CHECK(both.at(1).at("code").is_null());
  // Presence is no event.
  CHECK(site.head() == created);
}

TEST_CASE_METHOD(Fixture, "only who may change the draft is shown in it", "[builder][presence]") {
  CHECK(beat(json::object(), "bob").status == 403);
  CHECK(beat({{"code", std::string(19, '1')}}).status == 400);
  CHECK(beat({{"row", "a"}}).status == 400);
  CHECK(site.ask({.method = "PUT", .target = version + "/presence"}).status == 401);
  CHECK(site.send("PUT", "/api/v2/versions/00000000/presence").status == 404);
  decide("root", "+");
  REQUIRE(site.send("POST", version + "/save").status == 200);
  CHECK(beat(json::object()).status == 409);
}

TEST_CASE_METHOD(Fixture, "followers who may change the codelist are told who is there",
                 "[builder][presence][live]") {
  http::test::Client carol = follow(token_header("carol"));
  http::test::Client bob = follow(token_header("bob"));
  beat({{"code", "a"}});
  const std::string told = carol.read_until("\n\n\r\n");
  CHECK_THAT(told, Catch::Contains("event: presence\ndata: {\"people\":[{\"username\":\"alice\""));
  CHECK_THAT(told, !Catch::Contains("id:"));
  beat({{"code", "a"}});  // nothing new
  beat({{"code", "d"}});
  CHECK_THAT(carol.read_until("\n\n\r\n"), Catch::Contains("\"code\":\"d\""));
  // Others get the commits only.
  decide("a", "+");
  CHECK_THAT(bob.read_until("\n\n\r\n"), Catch::Contains("event: commit"));
}

TEST_CASE_METHOD(Fixture, "a search names the codes that would leave the draft with it",
                 "[builder]") {
  REQUIRE(site.send("POST", version + "/searches", {{"code", "b"}}).status == 201);
  CHECK(read("/searches/1").at("only_here") == json({"a", "c", "root"}));
  CHECK(read("/searches/2").at("only_here").empty());
  decide("a", "+");
  CHECK(read("/searches/1").at("only_here") == json({"root"}));
  const json removed = site.send("DELETE", version + "/searches/1").json();
  CHECK(removed.at("changed").at("root").is_null());
  decide("b", "+");
  decide("e", "-");
  REQUIRE(site.send("POST", version + "/save").status == 200);
  CHECK_FALSE(read("/searches/2").contains("only_here"));
}

}  // namespace codelog::tests::api_presence_test
