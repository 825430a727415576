#include "tools/commit_json.h"

#include <catch2/catch.hpp>

#include "server/accounts/personal_data.h"
#include "server/site/temporary_folder.h"
#include "tests/events/golden_commits.h"

namespace codelog::tools::commit_json_test {
namespace {

struct Keys {
  site::TemporaryFolder folder = std::move(*site::TemporaryFolder::make());
  std::unique_ptr<accounts::KeyRing> ring = std::move(*accounts::KeyRing::open(folder.path()));
};

bool nobody_is_erased(const std::string&) { return false; }
bool everybody_is_erased(const std::string&) { return true; }

events::Commit commit_of(events::CommitDraft draft) {
  return {base::Position(7), std::move(draft)};
}

TEST_CASE("a commit of every event type shows its type and its fields", "[commit_json]") {
  const Keys keys;
  for (const events::GoldenCommit& golden : events::golden_commits()) {
    CAPTURE(golden.name);
    const events::Commit commit = commit_of(golden.expected);
    const Json json = commit_to_json(commit, *keys.ring, nobody_is_erased);
    CHECK(json["position"] == 7);
    CHECK(json["command"] == golden.expected.command);
    REQUIRE(json["events"].size() == golden.expected.events.size());
    for (std::size_t i = 0; i < golden.expected.events.size(); ++i) {
      CHECK(json["events"][i]["type"] == events::event_type(golden.expected.events[i]));
      CHECK(json["events"][i].size() >= 2);
    }
    CHECK(Json::parse(json.dump()) == json);
    CHECK(commit_summary(commit)["events"].size() == golden.expected.events.size());
  }
}

TEST_CASE("a link to an issuer shows the person, until the user is erased", "[commit_json]") {
  const Keys keys;
  REQUIRE(keys.ring->make_key("ada"));
  const auto sealed = keys.ring->seal("ada", R"({"subject":"person-1"})");
  REQUIRE(sealed);
  events::CommitDraft draft;
  draft.events = {events::IdentityLinked{"ada", "https://login.example.ac.uk", *sealed}};
  const events::Commit commit = commit_of(draft);
  const Json shown = commit_to_json(commit, *keys.ring, nobody_is_erased)["events"][0];
  CHECK(shown["issuer"] == "https://login.example.ac.uk");
  CHECK(shown["identity"] == Json{{"subject", "person-1"}});
  const Json erased = commit_to_json(commit, *keys.ring, everybody_is_erased)["events"][0];
  CHECK(erased["identity"] == Json{{"erased", true}});
}

TEST_CASE("personal data is shown, or why it cannot be, but never the password hash",
          "[commit_json]") {
  const Keys keys;
  const accounts::PersonalData data{"Ada Adams", "ada@example.org", "$argon2id$secret"};
  REQUIRE(keys.ring->make_key("ada"));
  auto sealed = accounts::seal(*keys.ring, "ada", data);
  REQUIRE(sealed);
  events::CommitDraft draft;
  draft.events = {events::UserAdded{"ada", *sealed, true}};
  const events::Commit commit = commit_of(draft);

  const Json before = commit_to_json(commit, *keys.ring, nobody_is_erased);
  CHECK(before["events"][0]["personal"]["name"] == "Ada Adams");
  CHECK(before["events"][0]["personal"]["has_password"] == true);
  CHECK_THAT(before.dump(), !Catch::Contains("argon2id"));

  // Erased, though a crash has left the key.
  const Json erased = {{"erased", true}};
  CHECK(commit_to_json(commit, *keys.ring, everybody_is_erased)["events"][0]["personal"] == erased);

  REQUIRE(keys.ring->erase("ada"));
  const Json after = commit_to_json(commit, *keys.ring, everybody_is_erased);
  CHECK(after["events"][0]["personal"] == erased);
  CHECK(after["events"][0]["username"] == "ada");
  const Json lost = commit_to_json(commit, *keys.ring, nobody_is_erased)["events"][0]["personal"];
  CHECK_THAT(lost["unreadable"].get<std::string>(), Catch::Contains("is missing"));

  REQUIRE(keys.ring->make_key("ada"));  // another key
  const Json other = commit_to_json(commit, *keys.ring, nobody_is_erased)["events"][0]["personal"];
  CHECK_THAT(other["unreadable"].get<std::string>(), Catch::Contains("damaged"));
}

}  // namespace
}  // namespace codelog::tools::commit_json_test
