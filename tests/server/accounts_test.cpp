// Keys and passwords: an unavailable one is a clear error, and the attempt creates nothing.
#include <catch2/catch.hpp>

#include <sys/resource.h>

#include <fstream>

#include "server/accounts/passwords.h"
#include "server/accounts/personal_data.h"
#include "tests/projections/random_history.h"

namespace codelog::tests::accounts_test {
namespace {

using base::ErrorCode;

const accounts::PersonalData ada = {"Ada Adams", "ada@example.org", ""};

std::unique_ptr<accounts::KeyRing> open_keys(const std::filesystem::path& folder) {
  auto keys = accounts::KeyRing::open(folder);
  REQUIRE(keys);
  return std::move(*keys);
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  return files;
}

}  // namespace

TEST_CASE("nothing is sealed for a user without a key, and the attempt makes no key",
          "[accounts]") {
  const TemporaryFolder folder;
  const auto keys = open_keys(folder.path());
  const auto refused = accounts::seal(*keys, "ada", ada);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::not_found);
  CHECK_THAT(refused.error().detail, Catch::Contains("key of user ada is missing"));
  CHECK(files_in(folder.path()).empty());
}

TEST_CASE("a key is made once, and is there again after a restart", "[accounts]") {
  const TemporaryFolder folder;
  events::Sealed sealed;
  {
    const auto keys = open_keys(folder.path());
    REQUIRE(keys->make_key("ada"));
    sealed = accounts::seal(*keys, "ada", ada).value();
  }
  const auto keys = open_keys(folder.path());
  REQUIRE(keys->make_key("ada"));
  CHECK(accounts::open_sealed(*keys, "ada", sealed).value() == ada);
  CHECK(files_in(folder.path()).size() == 1);
}

TEST_CASE("a damaged key is distinguished from an erased one, and not overwritten", "[accounts]") {
  const TemporaryFolder folder;
  events::Sealed sealed;
  {
    const auto keys = open_keys(folder.path());
    REQUIRE(keys->make_key("ada"));
    sealed = accounts::seal(*keys, "ada", ada).value();
  }
  const auto file = files_in(folder.path()).at(0);
  const std::string damaged = GENERATE(std::string("short"), std::string(32, 'x'));
  std::ofstream(file, std::ios::binary | std::ios::trunc) << damaged;
  const auto keys = open_keys(folder.path());
  CHECK(accounts::open_sealed(*keys, "ada", sealed).error().code == ErrorCode::corrupt);
  (void)keys->make_key("ada");
  CHECK(std::filesystem::file_size(file) == damaged.size());
  REQUIRE(keys->erase("ada"));
  CHECK(accounts::open_sealed(*keys, "ada", sealed).error().code == ErrorCode::not_found);
}

TEST_CASE("accounts do not change as if a missing key had never been", "[accounts]") {
  const TemporaryFolder folder;
  TestSite site(folder.path(), 5, 20);
  RandomHistory(site, 1).set_up();
  for (const auto& file : files_in(folder.path() / "keys" / "users")) std::filesystem::remove(file);
  const auto keys = open_keys(folder.path() / "keys" / "users");
  const commands::Site& whole = site.executor().site();
  commands::Executor executor(
      {whole.log, whole.projections, whole.open_release, *keys, whole.clock});
  commands::AccountCommands accounts(executor);
  const auto head = site.log().head();
  const auto refused =
      accounts.set_password({commands::Actor::system(), std::nullopt}, "user1", "correct horse");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::corrupt);
  CHECK_THAT(refused.error().detail, Catch::Contains("key of user user1 is missing"));
  // Nor can anybody tell whether a new user's address is taken.
  commands::AddUser zed;
  zed.username = "zed";
  zed.name = "Zed";
  zed.email = "user1@example.org";
  const auto added = accounts.add_user({commands::Actor::system(), std::nullopt}, zed);
  REQUIRE_FALSE(added);
  CHECK(added.error().code == ErrorCode::conflict);
  CHECK_THAT(added.error().detail, Catch::Contains("or erase that user"));
  CHECK(site.log().head() == head);
  CHECK(files_in(folder.path() / "keys" / "users").empty());
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("without memory, a password is neither hashed nor wrong", "[accounts]") {
  const auto hash = accounts::hash_password("correct horse");
  REQUIRE(hash);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_DATA, &before) == 0);
  const rlimit little{1, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_DATA, &little) == 0);
  const auto hashed = accounts::hash_password("correct horse");
  const auto verified = accounts::verify_password(*hash, "correct horse");
  REQUIRE(::setrlimit(RLIMIT_DATA, &before) == 0);
  REQUIRE_FALSE(hashed);
  CHECK(hashed.error().code == ErrorCode::unavailable);
  REQUIRE_FALSE(verified);
  CHECK(verified.error().code == ErrorCode::unavailable);
  CHECK(*accounts::verify_password(*hash, "correct horse"));
  CHECK_FALSE(*accounts::verify_password(*hash, "wrong horse"));
  CHECK_FALSE(*accounts::verify_password("no hash", "wrong horse"));
}
#endif

TEST_CASE("last uses are kept to the minute, over a restart, while what was used lives",
          "[accounts]") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "last-uses";
  const base::Sha256 one = base::sha256("one");
  const base::Sha256 two = base::sha256("two");
  const base::Timestamp noon{1'795'000'080'000'000};
  {
    accounts::LastUses uses(file);
    CHECK_FALSE(uses.of(one));
    uses.note(one, base::Timestamp{noon.unix_us + 59'999'999});
    uses.note(two, noon);
    CHECK(uses.of(one) == noon);
    REQUIRE(uses.save([](const base::Sha256&) { return true; }));
    uses.note(one, base::Timestamp{noon.unix_us + 60'000'000});
    REQUIRE(uses.save([&](const base::Sha256& digest) { return digest != two; }));
    CHECK_FALSE(uses.of(two));
  }
  CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::all) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  CHECK(accounts::LastUses(file).of(one) == base::Timestamp{noon.unix_us + 60'000'000});
  CHECK_FALSE(accounts::LastUses(file).of(two));
  std::ofstream(file, std::ios::app) << "x";
  CHECK_FALSE(accounts::LastUses(file).of(one));
}

}  // namespace codelog::tests::accounts_test
