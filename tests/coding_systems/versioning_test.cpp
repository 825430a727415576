// Aliases, and the open releases of a data folder.
#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "coding_systems/versioning/alias.h"
#include "coding_systems/versioning/releases.h"
#include "small_releases.h"

namespace codelog::tests::versioning_test {
namespace {

using coding_systems::make_alias;
using coding_systems::Releases;

void rename_chapter(const std::filesystem::path& path, const std::string& name) {
  SQLite::Database database(path.string(), SQLite::OPEN_READWRITE);
  SQLite::Statement update(database, "UPDATE bnf_concept SET name = ? WHERE code = '01'");
  update.bind(1, name);
  update.exec();
}

std::string chapter_name(const coding_systems::Release& release) {
  return std::string(*release.name(*release.find("01")));
}

// As after an import of the bytes that are there.
auto reload_bnf(Releases& releases, const coding_systems::ReleaseFiles& files) {
  return releases.reload("bnf", small_bnf, *base::sha256_file(files.database));
}

}  // namespace

TEST_CASE("an alias is the slug of system, release and day", "[versioning]") {
  struct Case {
    std::string system, release, day, alias;
  };
  for (const auto& [system, release, day, alias] :
       {Case{"snomedct", "36.0.0", "2023-04-19", "snomedct_3600_20230419"},
        Case{"dmd", "2023 5.3.0", "2023-05-22", "dmd_2023-530_20230522"},
        Case{"opcs4", "unknown", "1900-01-01", "opcs4_unknown_19000101"},
        Case{"bnf", "Été / 2", "2024-02-29", "bnf_ete-2_20240229"}}) {
    const auto made = make_alias({system, release, day});
    REQUIRE(made);
    CHECK(*made == alias);
    CHECK(coding_systems::is_alias(*made));
  }
  CHECK(make_alias({"icd11", "1", "2024-01-01"}).error().fields.at(0).field == "coding_system");
  CHECK(make_alias({"bnf", "???", "2024-01-01"}).error().fields.at(0).field == "release_name");
  CHECK(make_alias({"bnf", "1\xff", "2024-01-01"}).error().fields.at(0).field == "release_name");
  const auto long_name = [](std::size_t size) { return std::string(size, 'x'); };
  CHECK(make_alias({"bnf", long_name(187), "2024-01-01"})->size() == 200);
  const auto too_long = make_alias({"bnf", long_name(300), "2024-01-01"});
  REQUIRE(!too_long);
  CHECK(too_long.error().fields.at(0).field == "release_name");
  CHECK(too_long.error().fields.at(0).detail ==
        "is too long: with coding system and day it makes a file name of 313 characters, and at "
        "most 200 are allowed");
  CHECK(!make_alias({"bnf", long_name(188), "2024-01-01"}));
  CHECK(make_alias({"bnf", "1", "2023-02-29"}).error().fields.at(0).field == "valid_from");
  CHECK(make_alias({"bnf", "1", "20240101"}).error().fields.at(0).field == "valid_from");
}

TEST_CASE("a release is opened once and shared", "[versioning]") {
  const TemporaryFolder data;
  unpack_small_release(data.path(), "bnf");
  unpack_small_release(data.path(), "snomedct");
  Releases releases(data.path(), coding_systems::release_openers());
  CHECK(releases.open_releases().empty());
  const auto first = releases.open("bnf", small_bnf);
  const auto second = releases.open("bnf", small_bnf);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(*first == *second);
  CHECK((*first)->alias() == small_bnf);
  CHECK((*first)->system().id == "bnf");
  CHECK((*first)->index_bytes() ==
        std::filesystem::file_size(
            coding_systems::release_files(data.path(), "bnf", small_bnf).index));
  REQUIRE(releases.open("snomedct", small_snomedct));
  CHECK(releases.open_releases().size() == 2);
}

TEST_CASE("an alias of another system is refused", "[versioning]") {
  const TemporaryFolder data;
  unpack_small_release(data.path(), "bnf");
  Releases releases(data.path(), coding_systems::release_openers());
  const auto code_of = [&](const char* system, const char* alias) {
    const auto opened = releases.open(system, alias);
    REQUIRE(!opened);
    return opened.error().code;
  };
  CHECK(code_of("snomedct", small_bnf) == base::ErrorCode::invalid);
  CHECK(code_of("null", "null_unknown_19000101") == base::ErrorCode::invalid);
  CHECK(code_of("bnf", "") == base::ErrorCode::invalid);
  CHECK(code_of("bnf", "bnf") == base::ErrorCode::invalid);
  CHECK(code_of("bnf", "bnf_/../bnf_small_20240101") == base::ErrorCode::invalid);
  CHECK(code_of("bnf", "bnf_small_20240101.sqlite3") == base::ErrorCode::invalid);
  CHECK(code_of("bnf", "bnf_other_20240101") == base::ErrorCode::not_found);
  CHECK(code_of("readv2", "readv2_unknown_19000101") == base::ErrorCode::not_found);
  CHECK(releases.open_releases().empty());
}

TEST_CASE("a release file that vanishes is reported by name, and opened again when it returns",
          "[versioning]") {
  const TemporaryFolder data;
  const auto files = unpack_small_release(data.path(), "bnf");
  Releases releases(data.path(), coding_systems::release_openers());
  const auto before = releases.open("bnf", small_bnf);
  REQUIRE(before);
  const auto elsewhere = data.path() / "elsewhere";
  std::filesystem::rename(files.database, elsewhere);
  const base::Sha256 digest = (*before)->file_digest();
  for (const auto& missed :
       {releases.open("bnf", small_bnf), releases.reload("bnf", small_bnf, digest)}) {
    REQUIRE(!missed);
    CHECK(missed.error().code == base::ErrorCode::not_found);
    CHECK(missed.error().detail.find(files.database.filename().string()) != std::string::npos);
  }
  CHECK(releases.open_releases().empty());
  CHECK(chapter_name(**before) == "Gastro-Intestinal System");

  std::filesystem::rename(elsewhere, files.database);
  const auto after = releases.open("bnf", small_bnf);
  REQUIRE(after);
  CHECK((*after)->file_digest() == (*before)->file_digest());
}

TEST_CASE("a re-imported release is picked up by reload, and readers keep the old one",
          "[versioning]") {
  const TemporaryFolder data;
  const auto files = unpack_small_release(data.path(), "bnf");
  Releases releases(data.path(), coding_systems::release_openers());
  const auto old = releases.open("bnf", small_bnf);
  REQUIRE(old);
  CHECK(*releases.reload("bnf", small_bnf, (*old)->file_digest()) == *old);  // nothing changed

  rename_chapter(files.database, "Stomach");
  CHECK(*releases.open("bnf", small_bnf) == *old);
  const auto reloaded = reload_bnf(releases, files);
  REQUIRE(reloaded);
  CHECK(chapter_name(**reloaded) == "Stomach");
  CHECK((*reloaded)->file_digest() != (*old)->file_digest());
  CHECK((*reloaded)->search_by_term("stomach").size() == 1);
  CHECK(chapter_name(**old) == "Gastro-Intestinal System");
  CHECK((*old)->search_by_term("stomach").empty());
  CHECK(*releases.open("bnf", small_bnf) == *reloaded);
}

TEST_CASE("a release that does not open is tried again", "[versioning]") {
  const TemporaryFolder data;
  const auto files = unpack_small_release(data.path(), "bnf");
  const auto good = read_bytes(files.database);
  Releases releases(data.path(), coding_systems::release_openers());
  REQUIRE(releases.open("bnf", small_bnf));

  write_bytes(files.database, "no database");
  const auto refused = reload_bnf(releases, files);
  REQUIRE(!refused);
  CHECK(refused.error().code == base::ErrorCode::corrupt);
  CHECK(!releases.open("bnf", small_bnf));
  write_bytes(files.database, good);
  CHECK(releases.open("bnf", small_bnf));
}

TEST_CASE("many threads open, search and reload at once", "[versioning][threads]") {
  const TemporaryFolder data;
  const auto files = unpack_small_release(data.path(), "bnf");
  unpack_small_release(data.path(), "snomedct");
  Releases releases(data.path(), coding_systems::release_openers());
  std::atomic<int> wrong = 0;
  std::atomic<bool> reloaded = false;
  const auto read = [&] {
    for (int i = 0; i < 30; ++i) {
      const auto snomedct = releases.open("snomedct", small_snomedct);
      const auto bnf = releases.open("bnf", small_bnf);
      if (!snomedct || !bnf) {
        ++wrong;
        continue;
      }
      if ((*snomedct)->search_by_term("fracture").size() != 53) ++wrong;
      const bool is_new = chapter_name(**bnf) == "Stomach";
      if ((*bnf)->search_by_term("stomach").size() != (is_new ? 1u : 0u)) ++wrong;
      if (reloaded && chapter_name(**releases.open("bnf", small_bnf)) != "Stomach") ++wrong;
      if (releases.open_releases().empty()) ++wrong;
    }
  };
  REQUIRE(releases.open("bnf", small_bnf));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(read);
  rename_chapter(files.database, "Stomach");
  const bool reload_worked = static_cast<bool>(reload_bnf(releases, files));
  reloaded = reload_worked;
  for (auto& thread : threads) thread.join();
  CHECK(reload_worked);
  CHECK(wrong == 0);
}

}  // namespace codelog::tests::versioning_test
