// Release files that differ from the registered ones, and indexes that are cut short while open.
#include <catch2/catch.hpp>
#include <fstream>

#include "coding_systems/versioning/releases.h"
#include "small_releases.h"

namespace codelog::tests::release_damage_test {
namespace {

namespace fs = std::filesystem;
using coding_systems::FileState;
using coding_systems::Releases;

// The small BNF with its registered digest.
struct RegisteredRelease {
  TemporaryFolder data;
  coding_systems::ReleaseFiles files = unpack_small_release(data.path(), "bnf");
  base::Sha256 digest = *base::sha256_file(files.database);

  Releases releases() const {
    return {data.path(), coding_systems::release_openers(),
            [digest = digest](std::string_view) { return std::optional(digest); }};
  }
};

// Changes the first letter of a term in the middle of the file.
std::string with_a_letter_changed(std::string bytes) {
  const auto at = bytes.find("Gastro-Intestinal");
  REQUIRE(at != std::string::npos);
  bytes[at] = 'C';
  return bytes;
}

}  // namespace

TEST_CASE("a release file that is not the registered one is refused until that one is put back",
          "[versioning][damage]") {
  const RegisteredRelease release;
  const std::string good = read_bytes(release.files.database);
  REQUIRE(release.releases().open("bnf", small_bnf));
  const std::string index = read_bytes(release.files.index);
  const bool has_index = GENERATE(true, false);
  if (!has_index) fs::remove(release.files.index);

  write_bytes(release.files.database, with_a_letter_changed(good));
  Releases releases = release.releases();
  for (int i = 0; i < 2; ++i) {
    const auto refused = releases.open("bnf", small_bnf);
    REQUIRE(!refused);
    CHECK(refused.error().code == base::ErrorCode::unavailable);
    CHECK(refused.error().detail ==
          "the file of the release " + std::string(small_bnf) +
              " differs from the registered one, and is refused: restore the registered file, or "
              "import it again");
  }
  CHECK(releases.state_of(small_bnf) == FileState::changed);
  CHECK(releases.in_state(FileState::changed) == std::vector<std::string>{small_bnf});
  // The good index is not replaced by one of the changed file.
  CHECK(fs::exists(release.files.index) == has_index);
  if (has_index) CHECK(read_bytes(release.files.index) == index);

  write_bytes(release.files.database, good);
  CHECK(releases.open("bnf", small_bnf));
  CHECK(releases.state_of(small_bnf) == FileState::good);
}

TEST_CASE("a byte that changed without a new time or size is found when the file is read",
          "[versioning][damage]") {
  const RegisteredRelease release;
  Releases releases = release.releases();
  REQUIRE(releases.open("bnf", small_bnf));
  REQUIRE(releases.verify("bnf", small_bnf));
  CHECK(releases.state_of(small_bnf) == FileState::good);

  const auto time = fs::last_write_time(release.files.database);
  const std::string good = read_bytes(release.files.database);
  const auto rewrite = [&](const std::string& bytes) {
    std::fstream file(release.files.database, std::ios::in | std::ios::out | std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    fs::last_write_time(release.files.database, time);
  };
  rewrite(with_a_letter_changed(good));
  CHECK(*releases.verify_if_touched("bnf", small_bnf) == FileState::good);
  CHECK(*releases.verify("bnf", small_bnf) == FileState::changed);
  CHECK(releases.open_releases().empty());
  CHECK(!releases.open("bnf", small_bnf));
  rewrite(good);
  CHECK(*releases.verify("bnf", small_bnf) == FileState::good);
  CHECK(releases.open("bnf", small_bnf));
}

TEST_CASE("a file that is touched is read again, and one that is gone is missing",
          "[versioning][damage]") {
  const RegisteredRelease release;
  Releases releases = release.releases();
  REQUIRE(*releases.verify("bnf", small_bnf) == FileState::good);
  const std::string good = read_bytes(release.files.database);
  write_bytes(release.files.database, with_a_letter_changed(good));
  // An import keeps the old file there until the new one is registered.
  fs::create_hard_link(release.files.database, release.files.database.string() + ".previous");
  CHECK(*releases.verify_if_touched("bnf", small_bnf) == FileState::good);
  fs::remove(release.files.database.string() + ".previous");
  CHECK(*releases.verify_if_touched("bnf", small_bnf) == FileState::changed);
  fs::remove(release.files.database);
  CHECK(*releases.verify_if_touched("bnf", small_bnf) == FileState::missing);
  CHECK(releases.state_of(small_bnf) == FileState::missing);
}

TEST_CASE("a file that cannot be read is remembered until it is touched", "[versioning][damage]") {
  const RegisteredRelease release;
  Releases releases = release.releases();
  REQUIRE(*releases.verify("bnf", small_bnf) == FileState::good);
  const std::string good = read_bytes(release.files.database);
  // A folder cannot be read as a file.
  fs::remove(release.files.database);
  fs::create_directory(release.files.database);
  CHECK(*releases.verify_if_touched("bnf", small_bnf) == FileState::unreadable);
  const auto unreadable = releases.unreadable();
  REQUIRE(unreadable.size() == 1);
  CHECK(unreadable.front().name == small_bnf);
  CHECK(unreadable.front().cause.find(release.files.database.string()) != std::string::npos);
  CHECK(*releases.verify_if_touched("bnf", small_bnf) == FileState::unreadable);
  CHECK(*releases.verify("bnf", small_bnf) == FileState::unreadable);
  const auto refused = releases.open("bnf", small_bnf);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::unavailable);
  fs::remove(release.files.database);
  write_bytes(release.files.database, good);
  CHECK(*releases.verify_if_touched("bnf", small_bnf) == FileState::good);
  CHECK(releases.unreadable().empty());
}

TEST_CASE("an index that is cut short while it is open is built again", "[versioning][damage]") {
  const RegisteredRelease release;
  Releases releases = release.releases();
  const auto before = releases.open("bnf", small_bnf);
  REQUIRE(before);
  fs::resize_file(release.files.index, 4096);
  CHECK(!(*before)->is_whole());
  const auto after = releases.open("bnf", small_bnf);
  REQUIRE(after);
  CHECK(*after != *before);
  CHECK((*after)->is_whole());
  CHECK((*after)->name(*(*after)->find("01")) == "Gastro-Intestinal System");
}

}  // namespace codelog::tests::release_damage_test
