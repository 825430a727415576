#include <unistd.h>

#include <catch2/catch.hpp>

#include "tools/bench/figures.h"
#include "tools/bench/measure.h"

namespace codelog::tools::bench::bench_figures_test {
namespace {

TEST_CASE("an aim is met at its bound and not beyond", "[bench]") {
  Figure figure{.name = "a", .unit = "ms", .measured = 5, .ratio = 2.0};
  CHECK(is_met({AimKind::at_most, 5}, figure));
  CHECK_FALSE(is_met({AimKind::at_most, 4.9}, figure));
  CHECK(is_met({AimKind::at_least, 5}, figure));
  CHECK_FALSE(is_met({AimKind::at_least, 5.1}, figure));
  CHECK(is_met({AimKind::ratio_at_most, 2}, figure));
  CHECK_FALSE(is_met({AimKind::ratio_at_most, 1.9}, figure));
  CHECK(is_met({AimKind::ratio_at_least, 2}, figure));
  CHECK_FALSE(is_met({AimKind::ratio_at_least, 2.1}, figure));
  figure.ratio.reset();
  CHECK_FALSE(is_met({AimKind::ratio_at_most, 2}, figure));
}

TEST_CASE("figures for people and for programs agree", "[bench]") {
  Figures figures;
  figures.add({.name = "search",
               .unit = "ms",
               .measured = 0.5,
               .aims = {{AimKind::at_most, 1}, {AimKind::ratio_at_least, 100}},
               .ratio = 50.0,
               .baseline = "LIKE: 25 ms"});
  figures.add({.name = "size", .unit = "MB", .measured = 12});
  figures.leave_out("nginx", "it is not installed");
  const std::string table = figures.to_table();
  CHECK_THAT(table, Catch::Contains("<= 1.00 ms, >= 100x"));
  CHECK_THAT(table, Catch::Contains("SHORT"));
  CHECK_THAT(table, Catch::Contains("not measured: nginx: it is not installed"));
  const Json json = figures.to_json();
  CHECK(json["figures"][0]["met"] == false);
  CHECK(json["figures"][0]["ratio"] == 50.0);
  CHECK(json["figures"][1]["met"].is_null());
  CHECK(json["skipped"][0]["what"] == "nginx");
}

TEST_CASE("percentiles are values that were measured", "[bench]") {
  CHECK(median({}) == 0);
  CHECK(median({3, 1, 2}) == 2);
  CHECK(percentile({5, 1, 4, 2, 3}, 0) == 1);
  CHECK(percentile({5, 1, 4, 2, 3}, 1) == 5);
}

TEST_CASE("a process's CPU time counts its own work", "[bench]") {
  const double before = cpu_seconds_of(::getpid());
  const double start = thread_cpu_seconds();
  while (thread_cpu_seconds() - start < 0.02) {
  }
  CHECK(cpu_seconds_of(::getpid()) - before >= 0.02);
  CHECK(cpu_seconds_of(-1) == 0);
}

}  // namespace
}  // namespace codelog::tools::bench::bench_figures_test
