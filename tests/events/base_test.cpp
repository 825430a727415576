// The lowest layer: hashes and slugs against OpenCodelists' own answers, times, digests and files.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <random>

#include "events/base/clock.h"
#include "events/base/code_status.h"
#include "events/base/digest.h"
#include "events/base/file.h"
#include "events/base/mapped_file_name.h"
#include "events/base/slots.h"
#include "events/base/text.h"
#include "events/base/version_hash.h"
#include "events/base/waiting.h"

namespace codelog::tests::base_test {

using namespace std::string_literals;
namespace base = codelog::base;

namespace {

nlohmann::json golden(const std::string& name) {
  std::ifstream file(std::string(CODELOG_TESTS_DIR) + "/golden/" + name);
  REQUIRE(file.good());
  return nlohmann::json::parse(file);
}

}  // namespace

TEST_CASE("ASCII letters change their case, and nothing else does") {
  CHECK(base::ascii_upper("aZ09-\xc3\xa9`{") == "AZ09-\xc3\xa9`{");
  CHECK(base::ascii_lower("aZ09-\xc3\x89@[") == "az09-\xc3\x89@[");
}

TEST_CASE("version hashes are OpenCodelists' own") {
  const auto vectors = golden("01_hash.json");
  REQUIRE(vectors["hash"].size() > 3000);
  for (const auto& pair : vectors["hash"]) {
    CAPTURE(pair.dump());
    CHECK(base::version_hash(base::VersionId(pair[0].get<std::uint32_t>())) ==
          pair[1].get<std::string>());
  }
}

TEST_CASE("version hashes are read as Python's int(text, 16) reads them") {
  const auto vectors = golden("01_hash.json");
  REQUIRE(vectors["unhash"].size() > 200);
  for (const auto& pair : vectors["unhash"]) {
    CAPTURE(pair.dump());
    const auto id = base::parse_version_hash(pair[0].get<std::string>());
    if (pair[1].contains("ok")) {
      REQUIRE(id.has_value());
      CHECK(id->value() == pair[1]["ok"].get<std::uint32_t>());
    } else {
      CHECK_FALSE(id.has_value());
    }
  }
}

TEST_CASE("slugs are OpenCodelists' own") {
  const auto vectors = golden("02_slugify.json");
  REQUIRE(vectors["cases"].size() > 700);
  for (const auto& pair : vectors["cases"]) {
    CAPTURE(pair.dump());
    CHECK(base::slugify(pair[0].get<std::string>()) == pair[1].get<std::string>());
  }
}

TEST_CASE("times are written and read with microseconds, and days are real days") {
  const auto time = base::parse_timestamp("2024-02-29T12:34:56.000789+01:00");
  REQUIRE(time.has_value());
  CHECK(base::format_timestamp(*time) == "2024-02-29T11:34:56.000789Z");
  CHECK(base::format_date(*time) == "2024-02-29");
  CHECK(base::format_timestamp(base::Timestamp{-1}) == "1969-12-31T23:59:59.999999Z");
  CHECK(base::parse_timestamp("1970-01-01")->unix_us == 0);
  for (const auto* bad : {"", "2023-02-29", "2024-1-1", "2024-01-01T10:00", "2024-01-01T25:00:00Z",
                          "2024-01-01T10:00:00", "2024-01-01T10:00:00.Z", "2024-01-01x"}) {
    CAPTURE(bad);
    CHECK_FALSE(base::parse_timestamp(bad).has_value());
  }
  CHECK(base::is_date("2000-02-29"));
  CHECK_FALSE(base::is_date("1900-02-29"));
}

TEST_CASE("every status is read as it is written") {
  for (const auto* text : {"?", "!", "+", "(+)", "-", "(-)"}) {
    REQUIRE(base::parse_code_status(text).has_value());
    CHECK(base::to_string(*base::parse_code_status(text)) == text);
  }
  CHECK_FALSE(base::parse_code_status("x").has_value());
}

TEST_CASE("digests agree with the published test vectors") {
  // FIPS 180-4's examples.
  CHECK(base::to_hex(base::sha256("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(base::sha256({"a", "", "bc"}) == base::sha256("abc"));
  CHECK(base::sha1_hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST_CASE("a durable file is written whole, replaced whole, and digested") {
  const auto folder = std::filesystem::temp_directory_path() / "codelog_base_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const auto path = folder / "file";
  REQUIRE(base::write_file_durably(path, "first", 0600));
  REQUIRE(base::write_file_durably(path, "abc", 0600));
  CHECK(*base::read_file(path) == "abc");
  CHECK(*base::sha256_file(path) == base::sha256("abc"));
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::others_read) ==
        std::filesystem::perms::none);
  CHECK(std::distance(std::filesystem::directory_iterator(folder), {}) == 1);
  CHECK(base::read_file(folder / "absent").error().code == base::ErrorCode::not_found);
  CHECK_FALSE(base::write_file_durably(folder / "no" / "file", "x"));
  // A start that is written last.
  using Start = base::Result<std::string>;
  REQUIRE(base::write_file_durably(path, "abcdef", [] { return Start("XY"); }));
  CHECK(*base::read_file(path) == "XYcdef");
  CHECK_FALSE(base::write_file_durably(path, "ghijkl", [] {
    return Start(base::Error{base::ErrorCode::io, "no start", {}});
  }));
  CHECK(*base::read_file(path) == "XYcdef");
  std::filesystem::remove_all(folder);
}

TEST_CASE("a file that is destroyed leaves nothing behind, and a failure to do so is an error") {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("codelog-destroy-" + std::to_string(std::random_device()()));
  std::filesystem::create_directories(folder);
  const auto path = folder / "key";
  REQUIRE(base::write_file_durably(path, "secret"));
  // still shows the content of the blocks
  std::filesystem::create_hard_link(path, folder / "blocks");
  REQUIRE(base::destroy_file(path));
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(base::read_file(folder / "blocks").value() == std::string(6, '\0'));
  CHECK(base::destroy_file(path));
  std::filesystem::create_directories(path);  // exists, and cannot be written to
  const auto refused = base::destroy_file(path);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::io);
  CHECK(std::filesystem::exists(path));
  std::filesystem::remove_all(folder);
}

TEST_CASE("slots are limited, and a wait for one ends") {
  base::Slots slots({.count = 2, .waiting_max = 1, .wait_max = std::chrono::milliseconds(5)});
  auto first = slots.take();
  auto second = slots.take();
  REQUIRE(first);
  REQUIRE(second);
  CHECK_FALSE(slots.take());
  first.reset();
  CHECK(slots.take());
  CHECK(slots.take());  // the previous slot is free again
  base::Slots patient({.count = 1, .waiting_max = 1, .wait_max = std::chrono::minutes(5)});
  auto held = patient.take();
  auto waiting = std::async(std::launch::async, [&] { return patient.take().has_value(); });
  held.reset();
  CHECK(waiting.get());
}

TEST_CASE("a thread that waits for a slot lets others compute") {
  class Observer final : public base::WaitObserver {
   public:
    void wait_begins() override { ++begins; }
    void wait_ends() override { ++ends; }
    int begins = 0;
    int ends = 0;
  } observer;
  const base::ObserveWaits observing(observer);
  base::Slots slots({.count = 1, .waiting_max = 1, .wait_max = std::chrono::milliseconds(1)});
  const auto slot = slots.take();
  REQUIRE(slot);
  CHECK(observer.begins == 0);
  CHECK_FALSE(slots.take());
  CHECK(observer.begins == 1);
  CHECK(observer.ends == 1);
}

TEST_CASE("malformed and well-formed UTF-8 are distinguished") {
  CHECK(base::is_utf8("plain, \xc3\xa9, \xf0\x9f\x98\x80"));
  CHECK_FALSE(base::is_utf8("\xff"));
  CHECK(base::utf8_bytes("a\xc3\xa9\xff\xc3\xa9") == 3);
  CHECK(base::utf8_bytes("a\xc3") == 1);
  CHECK_FALSE(base::is_utf8("\xc3"));
  CHECK_FALSE(base::is_utf8("\xed\xa0\x80"));
  CHECK_FALSE(base::is_utf8("\xc0\x80"));
  CHECK(base::count_code_points("a\xc3\xa9\xf0\x9f\x98\x80") == 3);
  CHECK(base::trim_unicode_space("\xe2\x80\x83 x y\xc2\xa0\n") == "x y");
}

TEST_CASE("a process that dies because a mapped file was cut short names the file") {
  std::string path = (std::filesystem::temp_directory_path() / "codelog_test_XXXXXX").string();
  const int file = ::mkstemp(path.data());
  REQUIRE(file >= 0);
  constexpr std::size_t bytes_count = 1 << 16;
  REQUIRE(::ftruncate(file, bytes_count) == 0);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    ::signal(SIGBUS, SIG_DFL);  // replaces the test program's handler
    base::name_files_on_bus_errors();
    const auto* bytes = static_cast<const volatile char*>(
        ::mmap(nullptr, bytes_count, PROT_READ, MAP_SHARED, file, 0));
    const base::MappedFileName other({}, "another file");
    const base::MappedFileName name({const_cast<const char*>(bytes), bytes_count}, path);
    if (::ftruncate(file, 0) == 0) (void)bytes[5000];
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string said;
  char block[512];
  for (ssize_t size; (size = ::read(ends[0], block, sizeof block)) > 0;) {
    said.append(block, static_cast<std::size_t>(size));
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  ::close(ends[0]);
  ::close(file);
  std::filesystem::remove(path);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGBUS);
  CHECK_THAT(said, Catch::Contains(path) && Catch::Contains("cut short"));
}

}  // namespace codelog::tests::base_test
