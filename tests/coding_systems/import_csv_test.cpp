#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "coding_systems/importing/csv_reader.h"

namespace codelog::tests::import_csv_test {
namespace {

using coding_systems::CsvReader;
using Records = std::vector<std::vector<std::string>>;

// Reads everything in pieces of this size, so that every state meets the end of a block.
struct Parsed {
  Records records;
  std::vector<std::uint64_t> lines;
  std::string error;
};

Parsed parse(std::string_view text, std::size_t piece_bytes = 100'000) {
  CsvReader csv("a.csv", [&](std::span<char> buffer) -> base::Result<std::size_t> {
    const std::size_t bytes = std::min({piece_bytes, text.size(), buffer.size()});
    std::copy_n(text.begin(), bytes, buffer.begin());
    text.remove_prefix(bytes);
    return bytes;
  });
  Parsed parsed;
  for (;;) {
    const auto more = csv.next_record();
    if (!more) {
      parsed.error = more.error().detail;
      return parsed;
    }
    if (!*more) return parsed;
    parsed.records.emplace_back(csv.fields().begin(), csv.fields().end());
    parsed.lines.push_back(csv.line_number());
  }
}

std::string quoted(const std::string& field) {
  std::string text = "\"";
  for (const char byte : field) text += byte == '"' ? "\"\"" : std::string(1, byte);
  return text + '"';
}

}  // namespace

TEST_CASE("CSV is read as in RFC 4180", "[import][csv]") {
  const std::size_t piece_bytes = GENERATE(1, 2, 3, 100'000);
  const auto records = [&](std::string_view text) {
    const auto parsed = parse(text, piece_bytes);
    CHECK(parsed.error == "");
    return parsed.records;
  };
  CHECK(records("") == Records{});
  CHECK(records("a") == Records{{"a"}});
  CHECK(records("a,b\r\nc,d\r\n") == Records{{"a", "b"}, {"c", "d"}});
  CHECK(records("a,b\nc,d") == Records{{"a", "b"}, {"c", "d"}});
  CHECK(records("a,\n,b") == Records{{"a", ""}, {"", "b"}});
  CHECK(records("\"a,b\",\"c\"\"d\"\n") == Records{{"a,b", "c\"d"}});
  CHECK(records("\"a\r\nb\n\",c\n") == Records{{"a\r\nb\n", "c"}});
  CHECK(records("\"\",\"\"\"\"") == Records{{"", "\""}});
  CHECK(records("5\" tube,x\"\n") == Records{{"5\" tube", "x\""}});
  CHECK(records(" \"a\"\n") == Records{{" \"a\""}});
}

TEST_CASE("blank records are skipped and counted, at any place", "[import][csv]") {
  const std::size_t piece_bytes = GENERATE(1, 2, 100'000);
  const auto parsed = parse(",\n\n\r\na,b\n,,,,\n \t,\"\"\r\n\nc,\n\n,", piece_bytes);
  CHECK(parsed.error == "");
  CHECK(parsed.records == Records{{"a", "b"}, {"c", ""}});
  CHECK(parsed.lines == std::vector<std::uint64_t>{4, 8});
  // No-break spaces, as spreadsheets have.
  CHECK(parse("a,b\n\u00a0, \u00a0\n\u00a0c,d\n", piece_bytes).records ==
        Records{{"a", "b"}, {"\u00a0c", "d"}});
}

TEST_CASE("a record may have more fields than the header if these are white space",
          "[import][csv]") {
  std::string_view text = "a,b\nc,d\nc,d,\nc,d,\"\", \t,\u00a0\nc\nc,d,,e\n";
  CsvReader csv("a.csv", [&](std::span<char> buffer) -> base::Result<std::size_t> {
    const std::size_t bytes = std::min(text.size(), buffer.size());
    std::copy_n(text.begin(), bytes, buffer.begin());
    text.remove_prefix(bytes);
    return bytes;
  });
  for (int good = 0; good < 4; ++good) {
    REQUIRE(csv.next_record());
    CHECK(csv.check_width(2));
  }
  REQUIRE(csv.next_record());
  CHECK(csv.check_width(2).error().detail ==
        "a.csv, line 5: the row has 1 fields, the header has 2");
  REQUIRE(csv.next_record());
  CHECK(csv.check_width(2).error().detail ==
        "a.csv, line 6: the row has 4 fields, the header has 2");
}

TEST_CASE("UTF-16 is refused by its name", "[import][csv]") {
  CHECK(parse(std::string("\xFF\xFE"
                          "a\0",
                          4))
            .error == "a.csv, line 1: the file is UTF-16: it must be saved as UTF-8");
}

TEST_CASE("a byte order mark is skipped at the start only", "[import][csv]") {
  CHECK(parse("\xEF\xBB\xBF\"a\",b\n\xEF\xBB\xBF"
              "c\n")
            .records == Records{{"a", "b"},
                                {"\xEF\xBB\xBF"
                                 "c"}});
}

TEST_CASE("bad CSV is refused with its line", "[import][csv]") {
  const std::size_t piece_bytes = GENERATE(1, 100'000);
  const auto error = [&](std::string_view text) { return parse(text, piece_bytes).error; };
  CHECK(error("a\nb,\"c\nd\ne") == "a.csv, line 2: a quote in this record is never closed");
  CHECK(error("a\n\"") == "a.csv, line 2: a quote in this record is never closed");
  CHECK(error("\"a\nb\"\n\"c\"d\n") ==
        "a.csv, line 3: a closing quote is followed by neither a comma nor a line end");
  CHECK(error("a\rb\n") == "a.csv, line 1: a carriage return is not followed by a line feed");
  CHECK(error("a\r") == "a.csv, line 1: a carriage return is not followed by a line feed");
  const std::string long_field(coding_systems::csv_record_bytes_max / 2 + 1, 'x');
  CHECK(parse("a\n" + long_field + "," + long_field).error ==
        "a.csv, line 2: the record is longer than 1048576 bytes");
  CHECK(parse("a\n\"" + long_field + "\",\"" + long_field + "\"").error ==
        "a.csv, line 2: the record is longer than 1048576 bytes");
}

TEST_CASE("a CSV reader's memory stays small after long records", "[import][csv]") {
  const std::string separators(coding_systems::csv_fields_max - 1, ',');
  CHECK(parse("a\n" + separators + "x\n").records.back().size() == coding_systems::csv_fields_max);
  CHECK(parse("a\n" + separators + ",\n").error ==
        "a.csv, line 2: the record has more than 1000 fields");
  // A record with a long first field, one with a long second field, and so on.
  const std::string long_field(100'000, 'x');
  constexpr std::size_t records_count = 50;
  std::size_t next = 0;
  std::string line;
  CsvReader csv("a.csv", [&](std::span<char> buffer) -> base::Result<std::size_t> {
    if (next > records_count) return std::size_t{0};
    line = next < records_count ? std::string(next, ',') + long_field + "\n"
                                : std::string(records_count, ',') + "x";
    ++next;
    REQUIRE(line.size() <= buffer.size());
    std::ranges::copy(line, buffer.begin());
    return line.size();
  });
  for (std::size_t i = 0; i <= records_count; ++i) REQUIRE(csv.next_record());
  std::size_t held = 0;
  for (const std::string& field : csv.fields()) held += field.capacity();
  CHECK(csv.fields().size() == records_count + 1);
  CHECK(held < 3 * long_field.size());
}

TEST_CASE("records know the line they start on", "[import][csv]") {
  CHECK(parse("a\n\n\"b\n\nc\",d\ne\n").lines == std::vector<std::uint64_t>{1, 3, 6});
}

TEST_CASE("any records written as CSV are read back", "[import][csv][property]") {
  CHECK(rc::check([] {
    const auto byte = rc::gen::element('a', 'b', '"', ',', '\r', '\n', ' ', '\0', '\xEF');
    const auto field = rc::gen::container<std::string>(byte);
    const auto record = rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(field));
    const auto records = *rc::gen::resize(15, rc::gen::container<Records>(record));
    const auto piece_bytes = *rc::gen::inRange<std::size_t>(1, 10);
    std::string text;
    for (const auto& fields : records) {
      for (const auto& value : fields) text += (&value == &fields[0] ? "" : ",") + quoted(value);
      text += *rc::gen::element(std::string("\n"), std::string("\r\n"));
    }
    const auto parsed = parse(text, piece_bytes);
    RC_ASSERT(parsed.error == "");
    const auto is_blank = [](const auto& fields) {
      return std::ranges::all_of(fields, [](const std::string& value) {
        return value.find_first_not_of(" \r\n") == std::string::npos;
      });
    };
    Records expected = records;
    std::erase_if(expected, is_blank);
    RC_ASSERT(parsed.records == expected);
  }));
}

}  // namespace codelog::tests::import_csv_test
