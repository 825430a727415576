// Links between users and people at an issuer: who may make and end them, and whom they let in.
#include "server/commands/identity_commands.h"

#include <catch2/catch.hpp>

#include "server/commands/account_commands.h"
#include "tests/projections/random_history.h"

namespace codelog::tests::identity_commands_test {
namespace {

using base::ErrorCode;
using commands::Identity;
using commands::Write;

constexpr const char* issuer = "https://login.example.ac.uk";
const Identity person_of_ada{issuer, "person-1"};
const Write system_write{commands::Actor::system(), std::nullopt};

Write write_of(const std::string& username) { return {{.username = username}, std::nullopt}; }

struct Fixture {
  TemporaryFolder folder;
  TestSite site{folder.path(), 1, 10};
  commands::AccountCommands accounts{site.executor()};
  commands::IdentityCommands identities{site.executor()};

  Fixture() {
    for (const std::string username : {"ada", "bob"}) {
      REQUIRE(accounts.add_user(system_write, {.username = username,
                                               .name = username,
                                               .email = username + "@example.org",
                                               .password = {}}));
    }
  }
  std::size_t links_of(const std::string& username) {
    return site.projections().views().user(username)->identities.size();
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "only the user who made the link is let in by it", "[identity]") {
  CHECK(identities.log_in(person_of_ada, {}).error().code == ErrorCode::not_found);
  REQUIRE(identities.link(write_of("ada"), person_of_ada));
  const auto session = identities.log_in(person_of_ada, {"192.0.2.1", "Firefox"});
  REQUIRE(session);
  CHECK(session->username == "ada");
  for (const Identity& other :
       {Identity{issuer, "person-2"}, Identity{"https://other.example.org", "person-1"},
        Identity{issuer, ""}, Identity{"", "person-1"}}) {
    CHECK(identities.log_in(other, {}).error().code == ErrorCode::not_found);
  }
}

TEST_CASE_METHOD(Fixture, "a person has one user, and a user one person of an issuer",
                 "[identity]") {
  REQUIRE(identities.link(write_of("ada"), person_of_ada));
  CHECK(identities.link(write_of("bob"), person_of_ada).error().code == ErrorCode::conflict);
  CHECK(identities.link(write_of("ada"), {issuer, "person-2"}).error().code == ErrorCode::conflict);
  const auto again = identities.link(write_of("ada"), person_of_ada);
  REQUIRE(again);
  CHECK(again->content.events.empty());
  CHECK(links_of("ada") == 1);
  CHECK(links_of("bob") == 0);
  REQUIRE(identities.link(write_of("ada"), {"https://other.example.org", "person-1"}));
  CHECK(links_of("ada") == 2);
  const auto taken = identities.sign_up(
      {.username = "eve", .name = "Eve", .email = "eve@example.org", .password = {}}, person_of_ada,
      {});
  CHECK(taken.error().code == ErrorCode::conflict);
  CHECK_FALSE(site.projections().views().user("eve"));
}

TEST_CASE_METHOD(Fixture, "a link ends only if its user has a password", "[identity]") {
  REQUIRE(identities.link(write_of("ada"), person_of_ada));
  CHECK(identities.unlink(write_of("bob"), issuer).error().code == ErrorCode::not_found);
  CHECK(identities.unlink(write_of("ada"), issuer).error().code == ErrorCode::conflict);
  REQUIRE(accounts.set_password(system_write, "ada", "correct horse 7"));
  REQUIRE(identities.unlink(write_of("ada"), issuer));
  CHECK(links_of("ada") == 0);
  CHECK(identities.log_in(person_of_ada, {}).error().code == ErrorCode::not_found);
  CHECK(identities.link(write_of("bob"), person_of_ada));
}

TEST_CASE_METHOD(Fixture, "a deactivated user is not let in, and an erased one is forgotten",
                 "[identity]") {
  REQUIRE(identities.link(write_of("ada"), person_of_ada));
  REQUIRE(accounts.set_active(system_write, "ada", false));
  CHECK(identities.log_in(person_of_ada, {}).error().code == ErrorCode::unauthenticated);
  CHECK(identities.link(write_of("ada"), {"https://other.example.org", "x"}).error().code ==
        ErrorCode::not_found);
  REQUIRE(accounts.erase_user(system_write, "ada"));
  CHECK(links_of("ada") == 0);
  CHECK(identities.log_in(person_of_ada, {}).error().code == ErrorCode::not_found);
  CHECK(identities.link(write_of("bob"), person_of_ada));
}

TEST_CASE_METHOD(Fixture, "a user whose key is lost is no reason to give the link away",
                 "[identity]") {
  REQUIRE(identities.link(write_of("ada"), person_of_ada));
  REQUIRE(site.executor().site().keys.erase("ada"));
  CHECK(identities.log_in(person_of_ada, {}).error().code == ErrorCode::not_found);
  const auto refused = identities.link(write_of("bob"), person_of_ada);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().detail, Catch::Contains("restore the key of ada"));
}

TEST_CASE_METHOD(Fixture, "somebody signs up without a password", "[identity]") {
  const auto session = identities.sign_up(
      {.username = "dora", .name = "Dora", .email = "dora@example.org", .password = {}},
      {issuer, "person-3"}, {});
  REQUIRE(session);
  CHECK(identities.log_in({issuer, "person-3"}, {})->username == "dora");
  const auto refused = [&](const char* username, const char* email) {
    const auto second = identities.sign_up(
        {.username = username, .name = "X", .email = email, .password = {}}, {issuer, "p"}, {});
    return second ? "" : second.error().fields.at(0).field;
  };
  CHECK(refused("DORA", "x@example.org") == "username");
  CHECK(refused("x", "Dora@example.org") == "email");
  CHECK(refused("x y", "x@example.org") == "username");
}

}  // namespace codelog::tests::identity_commands_test
