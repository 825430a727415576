#include "tools/machine.h"

#include <catch2/catch.hpp>

namespace codelog::tools::machine_test {
namespace {

TEST_CASE("the error about an unfit machine says what to do", "[machine]") {
  const base::Timestamp today = *base::parse_timestamp("2026-11-29");
  CHECK(check_machine(today, open_files_min));
  const auto few = check_machine(today, 20);
  REQUIRE_FALSE(few);
  CHECK_THAT(few.error().detail, Catch::Contains("only 20 files") && Catch::Contains("ulimit -n"));
  for (const char* early : {"1969-12-31T23:59:59Z", "1970-01-01", "2019-12-31"}) {
    const auto unset = check_machine(*base::parse_timestamp(early), 1024);
    REQUIRE_FALSE(unset);
    CHECK_THAT(unset.error().detail,
               Catch::Contains("clock") && Catch::Contains(std::string(early).substr(0, 10)));
  }
}

TEST_CASE("the limit of open files is raised as far as the system allows", "[machine]") {
  const std::size_t count = raise_open_files();
  CHECK(count >= open_files_min);
  CHECK(raise_open_files() == count);
}

}  // namespace
}  // namespace codelog::tools::machine_test
