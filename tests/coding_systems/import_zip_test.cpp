#include <zip.h>

#include <catch2/catch.hpp>
#include <optional>
#include <random>

#include "coding_systems/importing/zip_archive.h"
#include "coding_systems/snomedct/import.h"
#include "import_support.h"

namespace codelog::tests::import_zip_test {
namespace {

using coding_systems::ZipArchive;
using coding_systems::ZipLimits;

struct Read {
  Members members;
  std::string error;
};

// Reads every member completely, in blocks of an odd size.
Read read_members(const ZipArchive& archive) {
  Read result;
  for (const auto& member : archive.members()) {
    auto reader = archive.read(member);
    if (!reader) return {{}, reader.error().detail};
    std::string contents;
    for (;;) {
      std::array<char, 777> block{};
      const auto size = reader->read(block);
      if (!size) return {{}, size.error().detail};
      if (*size == 0) break;
      contents.append(block.data(), *size);
    }
    result.members.emplace_back(member.name, contents);
  }
  return result;
}

Read read_archive(const std::filesystem::path& path, ZipLimits limits = {}) {
  const auto archive = ZipArchive::open(path, limits);
  return archive ? read_members(*archive) : Read{{}, archive.error().detail};
}

// Text that shrinks by about half.
std::string some_text(std::size_t bytes, unsigned seed) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < bytes) text += static_cast<char>('a' + random() % 16);
  return text;
}

std::string archive_bytes(const TemporaryFolder& folder, const Members& members) {
  const auto path = folder.path() / "inner.zip";
  write_archive(path, members);
  return read_bytes(path);
}

// Names whose '?' is the e with an acute accent of code page 437, which a writer of today refuses.
std::string with_e_acute(std::string bytes) {
  for (auto at = bytes.find("caf?"); at != std::string::npos; at = bytes.find("caf?")) {
    bytes[at + 3] = '\x82';
  }
  return bytes;
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
  [[maybe_unused]] const auto* const closed = archive.release();
}

}  // namespace

TEST_CASE("the shadow files of a Mac in a zip archive are not listed", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  const Members members = {{"a.csv", "1"}, {"folder/b._csv", "2"}, {"_MACOSX/c", "3"}};
  Members with_shadows = members;
  for (const char* name : {"__MACOSX/._a.csv", "__MACOSX/folder/b", "._a.csv", "folder/._b.csv"}) {
    with_shadows.emplace_back(name, "shadow");
  }
  write_archive(path, with_shadows);
  const Read read = read_archive(path);
  CHECK(read.error == "");
  CHECK(read.members == members);
}

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

TEST_CASE("a file that is not a zip archive is refused", "[import][zip]") {
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
  SECTION("an archive without members is accepted") {
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
  const std::size_t data_first = 30 + members[0].first.size();  // after the local header
  const std::size_t data_after = whole.find("PK\1\2");
  REQUIRE(data_after != std::string::npos);
  for (std::size_t at = data_first; at < data_after; ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    write_bytes(path, damaged);
    const auto read = read_archive(path);
    CAPTURE(at);
    // The bits that pad the last byte carry no data.
    if (at + 1 == data_after && read.error.empty()) {
      CHECK(read.members == members);
    } else {
      CHECK_THAT(read.error, Catch::StartsWith("a.zip: member a.txt: is "));
    }
  }
}

TEST_CASE("a damaged archive is refused or read correctly, except that names may change",
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
      // Names and the number of members have no checksum in the directory; contents do.
      for (std::size_t i = 0; i < read.members.size(); ++i) {
        const auto& contents = read.members[i].second;
        CHECK((contents == members[0].second || contents == members[1].second));
      }
    }
  }
}

TEST_CASE("encrypted members are refused when they are read", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  write_archive(path, {{"a.txt", some_text(100, 1)}, {"b.txt", "not encrypted"}});
  const auto method = GENERATE(as<zip_uint16_t>(), ZIP_EM_TRAD_PKWARE, ZIP_EM_AES_256);
  encrypt_member(path, method);
  CHECK(read_archive(path).error == "a.zip: member a.txt: the member is encrypted");
  const auto archive = ZipArchive::open(path);
  REQUIRE(archive);
  CHECK(archive->read(archive->members()[1]));
}

TEST_CASE("members with odd names are not listed, and do not stop the reading", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  const std::string name = GENERATE("../a.txt", "a/../../b.txt", "a/..", "..", "/etc/passwd",
                                    "..\\a.txt", "a\nb.txt", "a\x7F.txt");
  CAPTURE(name);
  write_archive(path, {{"good.txt", "x"}, {name, "x"}});
  const auto read = read_archive(path);
  CHECK(read.error == "");
  CHECK(read.members == Members{{"good.txt", "x"}});
}

TEST_CASE("names of old programs are read: code page 437, and backslashes", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  write_archive(path, {{"caf?.txt", "x"}, {"folder\\a.txt", "y"}, {"folder\\", ""}});
  write_bytes(path, with_e_acute(read_bytes(path)));
  CHECK(read_archive(path).members == Members{{"café.txt", "x"}, {"folder/a.txt", "y"}});
}

TEST_CASE("a name wrongly marked as UTF-8 is not reported as truncation", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  write_archive(path, {{"caf?.txt", "x"}});
  std::string bytes = with_e_acute(read_bytes(path));
  bytes[bytes.rfind("PK\1\2") + 9] |= 0x08;  // the mark is the eleventh bit of the flags
  write_bytes(path, bytes);
  CHECK(read_archive(path).error ==
        "a.zip: the directory of members is damaged, or has a name that is marked as UTF-8 and is "
        "not");
}

TEST_CASE("zip bombs are refused when they are read, before they are unpacked", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  write_archive(path, {{"a.txt", some_text(1000, 1)}, {"b.txt", std::string(1'000'000, 'b')}});
  SECTION("more than may be unpacked in total") {
    CHECK(read_archive(path, {.total_bytes_max = 1'000'999}).error ==
          "a.zip: member b.txt: the archive unpacks to more than 1000999 bytes");
    CHECK(read_archive(path, {.total_bytes_max = 1'001'000}).error == "");
    // A member that nobody reads does not count.
    const auto archive = ZipArchive::open(path, {.total_bytes_max = 1000});
    REQUIRE(archive);
    CHECK(archive->read(archive->members()[0]));
    CHECK(!archive->read(archive->members()[1]));
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
    // Found as soon as it happens, not after a million bytes.
    CHECK(read_archive(path).error == "a.zip: member b.txt: is longer than it declares");
  }
}

TEST_CASE("an archive in an archive is read like any other", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  const Members inner = {{"a.txt", some_text(100'000, 1)}, {"b/c.txt", ""}};
  write_archive(path, {{"x.txt", "x"}, {"inner.zip", archive_bytes(folder, inner)}});
  std::optional<ZipArchive> opened;
  {
    auto outer = ZipArchive::open(path);
    REQUIRE(outer);
    auto found = outer->open_inner(outer->members()[1]);
    REQUIRE(found);
    opened.emplace(std::move(*found));
  }  // it outlives the outer one
  CHECK(opened->name() == "a.zip: member inner.zip");
  const auto read = read_members(*opened);
  CHECK(read.error == "");
  CHECK(read.members == inner);
}

TEST_CASE("a bad archive in an archive is refused by the names of both", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  const auto error = [&](const std::string& inner, ZipLimits limits = {}) {
    write_archive(path, {{"inner.zip", inner}});
    auto outer = ZipArchive::open(path, limits);
    if (!outer) return outer.error().detail;
    const auto opened = outer->open_inner(outer->members()[0]);
    if (!opened) return opened.error().detail;
    return read_members(*opened).error;
  };
  const std::string where = "a.zip: member inner.zip: ";
  const std::string good = archive_bytes(folder, {{"a.txt", some_text(3000, 1)}});
  CHECK(error(good) == "");
  CHECK(error("") == where + "the file is empty");
  CHECK(error("text") == where + "not a zip archive");
  CHECK_THAT(error(good.substr(0, good.size() / 2)),
             Catch::StartsWith(where + "the archive is truncated"));
  CHECK(error(archive_bytes(folder, {{"../a.txt", "x"}})) == "");
  std::string damaged = good;
  damaged[100] = static_cast<char>(damaged[100] ^ 0x20);
  CHECK_THAT(error(damaged), Catch::StartsWith(where + "member a.txt: is "));
  CHECK(error(good, {.inner_archive_bytes_max = good.size()}) == "");
  CHECK(error(good, {.inner_archive_bytes_max = good.size() - 1}) ==
        where + "the inner archive has more than " + std::to_string(good.size() - 1) + " bytes");
}

TEST_CASE("a damaged member is not an inner archive", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  write_archive(path, {{"inner.zip", archive_bytes(folder, {{"a.txt", some_text(3000, 1)}})}});
  std::string damaged = read_bytes(path);
  damaged[200] = static_cast<char>(damaged[200] ^ 0x20);
  write_bytes(path, damaged);
  auto outer = ZipArchive::open(path);
  REQUIRE(outer);
  const auto opened = outer->open_inner(outer->members()[0]);
  REQUIRE(!opened);
  CHECK_THAT(opened.error().detail, Catch::StartsWith("a.zip: member inner.zip: is "));
}

TEST_CASE("the limits hold for an archive and the archives inside it together", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  const std::string inner = archive_bytes(folder, {{"a.txt", some_text(1000, 1)}});
  write_archive(path, {{"1.zip", inner}, {"2.zip", inner}});
  const std::uint64_t all = 2 * inner.size() + 2000;
  const auto open_second = [&](std::uint64_t total_bytes_max) -> std::string {
    auto outer = ZipArchive::open(path, {.total_bytes_max = total_bytes_max});
    REQUIRE(outer);
    const auto first = outer->open_inner(outer->members()[0]);
    REQUIRE(first);
    REQUIRE(read_members(*first).error == "");
    const auto second = outer->open_inner(outer->members()[1]);
    return second ? read_members(*second).error : second.error().detail;
  };
  CHECK(open_second(all) == "");
  CHECK(open_second(all - 1) ==
        "a.zip: member 2.zip: member a.txt: the archive unpacks to more "
        "than " +
            std::to_string(all - 1) + " bytes");
}

TEST_CASE("archives are nested one level deep", "[import][zip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  const std::string innermost = archive_bytes(folder, {{"a.txt", "x"}});
  write_archive(path, {{"1.zip", archive_bytes(folder, {{"2.zip", innermost}})}});
  auto outer = ZipArchive::open(path);
  REQUIRE(outer);
  auto inner = outer->open_inner(outer->members()[0]);
  REQUIRE(inner);
  const auto opened = inner->open_inner(inner->members()[0]);
  REQUIRE(!opened);
  CHECK(opened.error().detail ==
        "a.zip: member 1.zip: member 2.zip: archives are nested deeper than one level");
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
  SECTION("damaged data, found only when it is read") {
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

}  // namespace codelog::tests::import_zip_test
