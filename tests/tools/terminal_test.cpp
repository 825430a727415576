#include <catch2/catch.hpp>

#include "tools/terminal.h"

namespace codelog::tools::terminal_test {
namespace {

TEST_CASE("numbers for people have three significant digits", "[terminal]") {
  CHECK(format_number(0) == "0.000");
  CHECK(format_number(0.0123) == "0.012");
  CHECK(format_number(1.234) == "1.23");
  CHECK(format_number(9.999) == "10.0");
  CHECK(format_number(99.96) == "100");
  CHECK(format_number(123.4) == "123");
  CHECK(format_number(999.6) == "1,000");
  CHECK(format_number(123'456) == "123,000");
  CHECK(format_number(-12.34) == "-12.3");
}

TEST_CASE("counts are grouped by thousands", "[terminal]") {
  CHECK(format_count(0) == "0");
  CHECK(format_count(999) == "999");
  CHECK(format_count(1'000) == "1,000");
  CHECK(format_count(1'234'567) == "1,234,567");
}

TEST_CASE("progress shows the share done, or a count where no total is known", "[terminal]") {
  using std::chrono::seconds;
  CHECK(format_progress("reading", 1, 2, seconds(3)) ==
        "reading    [###############...............]  50 %   3 s");
  CHECK(format_progress("reading", 5, 2, seconds(3)) ==
        "reading    [##############################] 100 %   3 s");
  CHECK(format_progress("a longer stage", 1'500, 0, seconds(0)) == "a longer stage 1,500   0 s");
}

TEST_CASE("a table's columns are as wide as their widest cell, counted in characters",
          "[terminal]") {
  const std::string table =
      format_table({{"name"}, {"count", true}}, {{"é", "1"}, {"longer name", "12,345"}});
  CHECK(table ==
        "name          count\n"
        "é                 1\n"
        "longer name  12,345\n");
}

}  // namespace
}  // namespace codelog::tools::terminal_test
