#include <zip.h>

#include <catch2/catch.hpp>
#include <random>

#include "coding_systems/base/zip_archive.h"
#include "coding_systems/snomedct/import.h"
#include "import_support.h"

namespace codelog::tests {
namespace {

using coding_systems::ZipArchive;
using coding_systems::ZipLimits;

struct Read {
  Members members;
  std::string error;
};

// Every member from its first byte to its last, in blocks of an odd size.
Read read_archive(const std::filesystem::path& path, ZipLimits limits = {}) {
  Read result;
  const auto archive = ZipArchive::open(path, limits);
  if (!archive) return {{}, archive.error().detail};
  for (const auto& member : archive->members()) {
    auto reader = archive->read(member);
    if (!reader) return {{}, reader.error().detail};
    std::string contents;
    for (;;) {
      std::array<char, 777> block;
      const auto size = reader->read(block);
      if (!size) return {{}, size.error().detail};
      if (*size == 0) break;
      contents.append(block.data(), *size);
    }
    result.members.emplace_back(member.name, contents);
  }
  return result;
}

// Text that shrinks by about half.
std::string some_text(std::size_t bytes, unsigned seed) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < bytes) text += static_cast<char>('a' + random() % 16);
  return text;
}

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};

void encrypt_member(const std::filesystem::path& path, zip_uint16_t method) {
  int code = 0;
  std::unique_ptr<zip_t, Discard> archive(zip_open(path.c_str(), 0, &code));
  REQUIRE(archive);
  REQUIRE(zip_file_set_encryption(archive.get(), 0, method, "secret") == 0);
  REQUIRE(zip_close(archive.get()) == 0);
  archive.release();
}

}  // namespace

TEST_CASE("the members of a zip archive are read as they were written", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  const Members members = {{"folder/a.txt", some_text(100'000, 1)},
                           {"b.txt", ""},
                           {"c.txt", std::string(300'000, 'c')},
                           {"..d/e..txt", "names with dots are no way out"},
                           {"Ménière.txt", "x"}};
  write_archive(path, members);
  const auto read = read_archive(path);
  CHECK(read.error == "");
  CHECK(read.members == members);
}

TEST_CASE("what is no zip archive is refused", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  SECTION("no file") { CHECK(read_archive(path).error == path.string() + ": no such file"); }
  SECTION("a folder") {
    CHECK(read_archive(folder.path()).error ==
          folder.path().string() + ": is a folder, not a zip archive");
  }
  SECTION("an empty file") {
    write_bytes(path, "");
    CHECK(read_archive(path).error == "a.zip: the file is empty");
  }
  SECTION("text") {
    write_bytes(path, "id\teffectiveTime\n" + std::string(1000, 'x'));
    CHECK(read_archive(path).error == "a.zip: not a zip archive");
  }
  SECTION("an archive without members is one") {
    write_bytes(path, std::string("PK\5\6") + std::string(18, '\0'));
    CHECK(read_archive(path).error == "");
  }
}

TEST_CASE("an archive cut off anywhere is refused as truncated", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  write_archive(path, {{"a.txt", some_text(3000, 1)}, {"b.txt", some_text(3000, 2)}});
  const std::string whole = read_bytes(path);
  for (std::size_t bytes = 4; bytes<whole.size(); bytes += bytes> whole.size() - 250 ? 1 : 97) {
    write_bytes(path, whole.substr(0, bytes));
    CAPTURE(bytes);
    CHECK(read_archive(path).error ==
          "a.zip: the archive is truncated: its directory of members, which comes last, is "
          "missing or damaged");
  }
}

TEST_CASE("no damaged byte of a member goes unnoticed", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  const Members members = {{"a.txt", some_text(800, 1)}};
  write_archive(path, members);
  const std::string whole = read_bytes(path);
  const std::size_t data_first = 30 + members[0].first.size();  // behind the local header
  const std::size_t data_after = whole.find("PK\1\2");
  REQUIRE(data_after != std::string::npos);
  for (std::size_t at = data_first; at < data_after; ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    write_bytes(path, damaged);
    const auto read = read_archive(path);
    CAPTURE(at);
    // The bits that fill up the last byte say nothing.
    if (at + 1 == data_after && read.error.empty()) {
      CHECK(read.members == members);
    } else {
      CHECK_THAT(read.error, Catch::StartsWith("a.zip: member a.txt: is "));
    }
  }
}

TEST_CASE("whatever is damaged, an archive is refused or read right, or names change",
          "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  const Members members = {{"a.txt", some_text(150, 1)}, {"b.txt", some_text(150, 2)}};
  write_archive(path, members);
  const std::string whole = read_bytes(path);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int bit : {0, 7}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 1 << bit);
      write_bytes(path, damaged);
      const auto read = read_archive(path);
      CAPTURE(at, bit, read.error);
      if (!read.error.empty()) continue;
      // The directory's names and count of members have no checksum; contents do.
      for (std::size_t i = 0; i < read.members.size(); ++i) {
        const auto& contents = read.members[i].second;
        CHECK((contents == members[0].second || contents == members[1].second));
      }
    }
  }
}

TEST_CASE("encrypted members are refused", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  write_archive(path, {{"a.txt", some_text(100, 1)}});
  const auto method = GENERATE(as<zip_uint16_t>(), ZIP_EM_TRAD_PKWARE, ZIP_EM_AES_256);
  encrypt_member(path, method);
  CHECK(read_archive(path).error == "a.zip: member a.txt: the member is encrypted");
}

TEST_CASE("member names that leave the archive are refused", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  const std::string name =
      GENERATE("../a.txt", "a/../../b.txt", "a/..", "..", "/etc/passwd", "a\\b.txt", "a\nb.txt");
  CAPTURE(name);
  write_archive(path, {{"good.txt", "x"}, {name, "x"}});
  CHECK_THAT(read_archive(path).error, Catch::StartsWith("a.zip: member ") &&
                                           Catch::EndsWith(": the name is not a relative path"));
}

TEST_CASE("zip bombs are refused before anything is unpacked", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  write_archive(path, {{"a.txt", some_text(1000, 1)}, {"b.txt", std::string(1'000'000, 'b')}});
  SECTION("more than may be unpacked in total") {
    CHECK(read_archive(path, {.total_bytes_max = 1'000'999}).error ==
          "a.zip: member b.txt: the archive unpacks to more than 1000999 bytes");
    CHECK(read_archive(path, {.total_bytes_max = 1'001'000}).error == "");
  }
  SECTION("a large member that shrinks too well") {
    CHECK(read_archive(path, {.ratio_max = 100, .ratio_checked_from_bytes = 999'999}).error ==
          "a.zip: member b.txt: unpacks to more than 100 times its size");
    CHECK(read_archive(path, {.ratio_max = 100, .ratio_checked_from_bytes = 1'000'000}).error ==
          "");
  }
  SECTION("a member that is longer or shorter than it declares") {
    const std::string whole = read_bytes(path);
    const std::size_t entry = whole.rfind("PK\1\2");  // of b.txt
    for (const int difference : {-1, 1}) {
      std::string lying = whole;
      lying[entry + 24] = static_cast<char>(lying[entry + 24] + difference);
      write_bytes(path, lying);
      CHECK_THAT(read_archive(path).error, Catch::StartsWith("a.zip: member b.txt: "));
    }
    std::string lying = whole;
    lying.replace(entry + 24, 4, std::string("\x10\0\0\0", 4));
    write_bytes(path, lying);
    // Seen as soon as it happens, not after a million bytes.
    CHECK(read_archive(path).error == "a.zip: member b.txt: is longer than it declares");
  }
}

TEST_CASE("an importer refuses a bad archive and leaves nothing", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  const auto target = folder.path() / "target";
  write_archive(path, Rf2Archive().members());
  const std::string whole = read_bytes(path);
  SECTION("truncated") {
    write_bytes(path, whole.substr(0, whole.size() / 2));
    CHECK_THAT(import_error(coding_systems::import_snomedct, path, target),
               Catch::StartsWith("a.zip: the archive is truncated"));
  }
  SECTION("damaged data, which only shows when it is read") {
    std::string damaged = whole;
    const std::string name = Rf2Archive::member_name(0, Rf2Archive::relationships);
    damaged[whole.find(name) + name.size() + 40] ^= 0x20;
    write_bytes(path, damaged);
    CHECK_THAT(import_error(coding_systems::import_snomedct, path, target),
               Catch::StartsWith("a.zip: member " + name));
  }
  SECTION("a bomb") {
    const auto imported = coding_systems::import_snomedct({.archive = path,
                                                           .target_folder = target,
                                                           .alias = "test_1",
                                                           .limits = {.total_bytes_max = 1000}});
    REQUIRE(!imported);
    CHECK_THAT(imported.error().detail, Catch::Contains("unpacks to more than 1000 bytes"));
  }
  CHECK(files_in(target).empty());
}

}  // namespace codelog::tests
