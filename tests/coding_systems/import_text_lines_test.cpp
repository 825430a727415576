// The rule for reading lines, and notices that count.
#include <algorithm>
#include <catch2/catch.hpp>

#include "coding_systems/importing/import_notices.h"
#include "coding_systems/importing/line_reader.h"
#include "coding_systems/importing/text_lines.h"
#include "import_support.h"

namespace codelog::tests::import_text_lines_test {
namespace {

using coding_systems::LineReader;
using coding_systems::TextLines;
using Lines = std::vector<std::string>;  // "NUMBER LINE"

// Reads everything in pieces of this size, so that every state meets the end of a block; ends at an
// error.
Lines read_text(std::string_view text, std::size_t piece_bytes) {
  TextLines lines("a.txt", '|', [&](std::span<char> buffer) -> base::Result<std::size_t> {
    const std::size_t bytes = std::min({piece_bytes, text.size(), buffer.size()});
    std::copy_n(text.begin(), bytes, buffer.begin());
    text.remove_prefix(bytes);
    return bytes;
  });
  Lines read;
  for (;;) {
    const auto line = lines.next();
    if (!line) {
      read.push_back(line.error().detail);
      return read;
    }
    if (!*line) return read;
    read.push_back(std::to_string(lines.line_number()) + " " + std::string(**line));
  }
}

Lines read_member(std::string_view text) {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  write_archive(path, {{"a.txt", std::string(text)}});
  const auto archive = coding_systems::ZipArchive::open(path);
  REQUIRE(archive);
  LineReader lines(*archive, archive->members(), '|');
  lines.begin_member();
  Lines read;
  for (;;) {
    const auto line = lines.next_line();
    if (!line) {
      read.push_back(line.error().detail);
      return read;
    }
    if (!*line) return read;
    read.push_back(std::to_string(lines.line_number()) + " " + std::string(**line));
  }
}

}  // namespace

TEST_CASE("all readers of lines have one rule for first bytes, blank lines and last line ends",
          "[import]") {
  struct Case {
    std::string text;
    Lines lines;
  };
  const Case wanted = GENERATE(values<Case>({
      {"", {}},
      {"\n", {}},
      {"a", {"1 a"}},
      {"a\nb\n", {"1 a", "2 b"}},
      {"a\r\n\r\n||| \t\r\nb|\r\n\n", {"1 a", "4 b|"}},
      {"\xEF\xBB\xBF"
       "a\n\xEF\xBB\xBF"
       "b",
       {"1 a",
        "2 \xEF\xBB\xBF"
        "b"}},
      {"\xEF\xBB\xBF\n|\na", {"3 a"}},
      {" a ", {"1  a "}},
  }));
  CAPTURE(wanted.text);
  CHECK(read_member(wanted.text) == wanted.lines);
  for (const std::size_t piece_bytes : {1U, 3U, 100'000U}) {
    CHECK(read_text(wanted.text, piece_bytes) == wanted.lines);
  }
}

TEST_CASE("UTF-16 and endless lines are refused", "[import]") {
  const std::string utf16("\xFE\xFF\0a", 4);
  CHECK(read_text(utf16, 100) ==
        Lines{"a.txt, line 1: the file is UTF-16: it must be saved as UTF-8"});
  CHECK(read_member(utf16) ==
        Lines{"a.zip: member a.txt, line 1: the file is UTF-16: it must be saved as UTF-8"});
  const std::size_t length = GENERATE(65'536U, 65'537U, 3'000'000U);
  const std::string text = "a\n" + std::string(length, 'x');
  const bool fits = length == 65'536U;
  CHECK(read_text(text, 100'000).back() ==
        (fits ? "2 " + text.substr(2) : "a.txt, line 2: the line is longer than 65536 bytes"));
}

TEST_CASE("a notice has the count and the first ids, without repeats", "[import]") {
  coding_systems::CountedNotices notices;
  CHECK(notices.take().empty());
  for (const char* id : {"1", "2", "1", "3", "4", "5"}) notices.add("kind", id);
  notices.add("other", "x");
  notices.add("other", "x");
  CHECK(notices.take() == Lines{"kind: 6 (1, 2, 3, 4, 5)", "other: 2 (x)"});
  notices.add("kind", "6");
  notices.add("kind", "5");
  CHECK(notices.take() == Lines{"kind: 8 (1, 2, 3, 4, 5, ...)", "other: 2 (x)"});
}

}  // namespace codelog::tests::import_text_lines_test
