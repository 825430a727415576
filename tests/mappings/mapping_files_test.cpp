#include <catch2/catch.hpp>

#include "coding_systems/index/previous_file.h"
#include "mappings/dmdvmpprevmap/import.h"
#include "mappings/files/mappings.h"
#include "tests/mappings/mapping_support.h"

namespace codelog::tests::mapping_files_test {
namespace {

using coding_systems::SctidText;
using mappings::MappingFile;
using mappings::Mappings;

// Writes a release of previous VMPs with one pair; returns the facts to register.
MappingFile write_release(const std::filesystem::path& data, const std::string& name,
                          const std::string& previous) {
  auto request = import_request({}, data / "mappings" / "dmdvmpprevmap");
  request.alias = *mappings::mapping_file_stem(name);
  const auto written = mappings::extend_dmdvmpprevmap(
      request, std::nullopt, {{*SctidText::from("900000"), *SctidText::from(previous)}});
  REQUIRE(written);
  CHECK(written->file == mappings::mapping_file(data, "dmdvmpprevmap", request.alias));
  return {name, written->file_digest};
}

}  // namespace

TEST_CASE("a mapping is opened once, and another release replaces it", "[mappings]") {
  const TemporaryFolder folder;
  Mappings opened(folder.path());
  const MappingFile first = write_release(folder.path(), "41.0.0", "100000");
  const auto one = opened.dmdvmpprevmap(first);
  REQUIRE(one);
  CHECK(*opened.dmdvmpprevmap(first) == *one);
  const MappingFile second = write_release(folder.path(), "42.0.0", "200000");
  const auto two = opened.dmdvmpprevmap(second);
  REQUIRE(two);
  CHECK((*two)->earlier_than("900000").front() == "200000");
  CHECK((*one)->earlier_than("900000").front() == "100000");  // its users keep it
  CHECK(*opened.dmdvmpprevmap(second) == *two);
}

TEST_CASE("a mapping's file must be the registered one", "[mappings]") {
  const TemporaryFolder folder;
  Mappings opened(folder.path());
  const MappingFile known = write_release(folder.path(), "1", "100000");
  const MappingFile again = write_release(folder.path(), "1", "200000");
  const auto replaced = opened.dmdvmpprevmap(known);
  REQUIRE_FALSE(replaced);
  CHECK(replaced.error().code == base::ErrorCode::unavailable);
  CHECK(replaced.error().detail ==
        "the file of the mapping dmdvmpprevmap/1 differs from the registered one, and is refused: "
        "restore the registered file, or import it again");
  CHECK(opened.dmdvmpprevmap(again));
  // The file that an unregistered import replaced.
  const auto file = mappings::mapping_file(folder.path(), "dmdvmpprevmap", "1");
  const auto kept = coding_systems::PreviousFile::keep(file);
  REQUIRE(kept);
  write_release(folder.path(), "1", "300000");
  const auto before = Mappings(folder.path()).dmdvmpprevmap(again);
  REQUIRE(before);
  CHECK((*before)->earlier_than("900000").front() == "200000");
  CHECK_FALSE(Mappings(folder.path()).dmdvmpprevmap(known));

  const auto missing = opened.dmdvmpprevmap({"2", {}});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == base::ErrorCode::not_found);
  const auto path = mappings::mapping_file(folder.path(), "bnfdmd", "1");
  std::filesystem::create_directories(path.parent_path());
  write_bytes(path, "no database");
  const auto damaged = opened.bnfdmd({"1", *base::sha256_file(path)});
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().code == base::ErrorCode::corrupt);
  // A file of another mapping.
  std::filesystem::copy_file(mappings::mapping_file(folder.path(), "dmdvmpprevmap", "1"), path,
                             std::filesystem::copy_options::overwrite_existing);
  const auto other = opened.bnfdmd({"1", *base::sha256_file(path)});
  REQUIRE_FALSE(other);
  CHECK_THAT(other.error().detail, Catch::EndsWith("has no table bnfdmd_mapping"));
}

TEST_CASE("a mapping's file that has changed is found by reading it", "[mappings]") {
  using Reading = Mappings::Reading;
  const TemporaryFolder folder;
  Mappings opened(folder.path());
  const MappingFile known = write_release(folder.path(), "1", "100000");
  const auto verify = [&](Reading reading) {
    CHECK(opened.verify("dmdvmpprevmap", known, reading, {}));
    return opened.changed();
  };
  CHECK(verify(Reading::always).empty());
  const auto path = mappings::mapping_file(folder.path(), "dmdvmpprevmap", "1");
  write_release(folder.path(), "1", "200000");
  CHECK(verify(Reading::only_if_touched) == std::vector<std::string>{"dmdvmpprevmap/1"});
  std::filesystem::remove(path);
  CHECK(verify(Reading::only_if_touched).empty());
  write_release(folder.path(), "1", "100000");
  CHECK(verify(Reading::only_if_touched).empty());
  CHECK(opened.unreadable().empty());

  // A folder cannot be read as a file. Its state is known until it is touched.
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  CHECK(verify(Reading::only_if_touched).empty());
  CHECK(verify(Reading::only_if_touched).empty());
  REQUIRE(opened.unreadable().size() == 1);
  CHECK(opened.unreadable().front().name == "dmdvmpprevmap/1");
  CHECK_THAT(opened.unreadable().front().cause, Catch::Contains(path.string()));
  std::filesystem::remove(path);
  write_release(folder.path(), "1", "100000");
  CHECK(verify(Reading::only_if_touched).empty());
  CHECK(opened.unreadable().empty());
}

TEST_CASE("a release's name gives its file's", "[mappings]") {
  CHECK(*mappings::mapping_file_stem("41.0.0") == "4100");
  CHECK(*mappings::mapping_file_stem("2024-01 (March)") == "2024-01-march");
  for (const std::string& name :
       {std::string(), std::string("..."), std::string("\xFF"), std::string(201, 'a')}) {
    const auto refused = mappings::mapping_file_stem(name);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().fields.front().field == "release_name");
  }
  CHECK(mappings::is_mapping("bnfdmd"));
  CHECK_FALSE(mappings::is_mapping("bnf"));
}

}  // namespace codelog::tests::mapping_files_test
