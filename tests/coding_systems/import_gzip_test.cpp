#include <array>
#include <catch2/catch.hpp>
#include <random>

#include "coding_systems/importing/gzip_file.h"
#include "import_support.h"

namespace codelog::tests::import_gzip_test {
namespace {

using coding_systems::GzipFile;
using coding_systems::ZipLimits;

struct Read {
  std::string text;
  std::string error;
};

// Reads the whole file in blocks of an odd size.
Read read_file(const std::filesystem::path& path, ZipLimits limits = {}) {
  auto file = GzipFile::open(path, limits);
  if (!file) return {"", file.error().detail};
  Read result;
  for (;;) {
    std::array<char, 777> block{};
    const auto size = file->read(block);
    if (!size) return {std::move(result.text), size.error().detail};
    if (*size == 0) break;
    result.text.append(block.data(), *size);
  }
  CHECK(file->bytes_read() == result.text.size());
  CHECK(file->packed_bytes_read() == file->packed_bytes());
  return result;
}

// Text that shrinks by about half.
std::string some_text(std::size_t bytes) {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < bytes) text += static_cast<char>('a' + random() % 16);
  return text;
}

}  // namespace

TEST_CASE("a gzip file is read from its first byte to its last", "[import][gzip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.gz";
  const std::size_t bytes = GENERATE(0u, 1u, 777u, 1'000'000u);
  const std::string text = some_text(bytes);
  write_bytes(path, gzip(text));
  const Read read = read_file(path);
  CHECK(read.error.empty());
  CHECK(read.text == text);
}

TEST_CASE("a gzip file of several members is one text", "[import][gzip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.gz";
  // The second member starts after the first block that is read.
  const std::string first = some_text(600'000);
  write_bytes(path, gzip(first) + gzip("") + gzip("end"));
  const Read read = read_file(path);
  CHECK(read.error.empty());
  CHECK(read.text == first + "end");
}

TEST_CASE("a gzip file cut off at any place is refused", "[import][gzip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.gz";
  const std::string packed = gzip(some_text(300));
  for (std::size_t kept = 0; kept < packed.size(); ++kept) {
    write_bytes(path, packed.substr(0, kept));
    CAPTURE(kept);
    const std::string error = read_file(path).error;
    if (kept == 0) {
      CHECK(error == "a.gz: the file is empty");
    } else if (kept == 1) {
      CHECK(error == "a.gz: not a gzip file");
    } else {
      CHECK(error == "a.gz: the file is truncated");
    }
  }
}

TEST_CASE("a damaged gzip file is refused or read correctly", "[import][gzip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.gz";
  const std::string text = some_text(300);
  const std::string packed = gzip(text);
  std::size_t refused = 0;
  for (std::size_t place = 0; place < packed.size(); ++place) {
    for (const int bit : {0, 3, 7}) {
      std::string damaged = packed;
      damaged[place] = static_cast<char>(damaged[place] ^ (1 << bit));
      write_bytes(path, damaged);
      const Read read = read_file(path);
      CAPTURE(place, bit);
      // A few bytes of the header, such as the time, do not affect the text.
      if (read.error.empty()) CHECK(read.text == text);
      refused += read.error.empty() ? 0 : 1;
    }
  }
  CHECK(refused > 3 * (packed.size() - 10));
}

TEST_CASE("bytes behind the last gzip member are refused", "[import][gzip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.gz";
  write_bytes(path, gzip("text") + "more");
  CHECK(read_file(path).error == "a.gz: is damaged: incorrect header check");
}

TEST_CASE("a text that was already unpacked is read as it is", "[import][gzip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.gz";
  // The last one has more than one block.
  for (const std::string& text :
       {std::string("a"), std::string("code,term\r\n\t\0", 13), some_text(600'000)}) {
    write_bytes(path, text);
    const Read read = read_file(path);
    CHECK(read.error.empty());
    CHECK((read.text == text));
  }
  CHECK(read_file(path, {.total_bytes_max = 599'999}).error ==
        "a.gz: unpacks to more than 599999 bytes");
}

TEST_CASE("a file that is neither gzip nor text is refused, naming it", "[import][gzip]") {
  TemporaryFolder folder;
  for (const std::string& bytes : {std::string("PK\3\4"), std::string("code\0", 5)}) {
    write_bytes(folder.path() / "a.gz", bytes);
    CHECK(read_file(folder.path() / "a.gz").error == "a.gz: not a gzip file");
  }
  const auto missing = folder.path() / "b.gz";
  CHECK(GzipFile::open(missing).error().code == base::ErrorCode::not_found);
  CHECK(read_file(missing).error == missing.string() + ": no such file");
  CHECK(GzipFile::open(folder.path()).error().code == base::ErrorCode::invalid);
}

TEST_CASE("a gzip file that unpacks to more than the limits is refused", "[import][gzip]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.gz";
  write_bytes(path, gzip(std::string(1'000'000, 'x')));
  CHECK(read_file(path).error.empty());
  CHECK(read_file(path, {.total_bytes_max = 999'999}).error ==
        "a.gz: unpacks to more than 999999 bytes");
  CHECK(read_file(path, {.ratio_max = 100, .ratio_checked_from_bytes = 10'000}).error ==
        "a.gz: unpacks to more than 100 times its size");
}

}  // namespace codelog::tests::import_gzip_test
