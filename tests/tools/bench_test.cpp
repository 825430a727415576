#include <catch2/catch.hpp>

#include "tests/tools/program.h"

namespace codelog::tools::test::bench_test {
namespace {

Json bench(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(),
                   {"bench", "--concepts", "1500", "--rounds", "1", "--round-seconds", "0.02",
                    "--replay-commits", "2000", "--json"});
  const FinishedProcess finished = run_codelog(arguments);
  CAPTURE(finished.errors);
  REQUIRE(finished.exit_code == 0);
  return Json::parse(finished.output);
}

bool has_figure(const Json& outcome, const std::string& start) {
  for (const Json& figure : outcome["figures"]) {
    const bool found = figure["name"].get<std::string>().starts_with(start);
    if (found) return figure["measured"].get<double>() > 0;
  }
  return false;
}

TEST_CASE("the bench measures every section, also at a small size", "[program]") {
  const Json computing = bench({"--only", "search", "descendants", "codesets"});
  CHECK(has_figure(computing, "import"));
  CHECK(has_figure(computing, "term search, ~10 hits, p50"));
  for (const char* mode : {"words", "phrase", "starts-with", "regex"}) {
    CHECK(has_figure(computing, mode + std::string(" search, p50")));
  }
  CHECK(has_figure(computing, "descendants of 1,000 codes"));
  CHECK(has_figure(computing, "codeset of"));
  CHECK_FALSE(has_figure(computing, "durable appends"));

  const Json logging = bench({"--only", "appends", "replay", "audit", "archive"});
  CHECK(has_figure(logging, "durable appends, 1 writer"));
  CHECK(has_figure(logging, "durable appends, 64 writers"));
  CHECK(has_figure(logging, "replay"));
  CHECK(has_figure(logging, "projecting"));
  CHECK(has_figure(logging, "audit from outside"));
  CHECK(has_figure(logging, "verify"));
  CHECK(has_figure(logging, "verify an archive"));
  CHECK(has_figure(logging, "restore with views from an archive"));
  CHECK(has_figure(logging, "incremental backup of 1,000 commits"));
  CHECK(has_figure(logging, "archive against RocksDB's bytes"));
  CHECK(has_figure(logging, "append while archiving, p99"));
}

TEST_CASE("the bench measures a release in the shape of the UK Monolith", "[program]") {
  const Json scale = bench({"--monolith", "--only", "scale"});
  CHECK(has_figure(scale, "import, 1,500 concepts"));
  CHECK(has_figure(scale, "import, peak memory"));
  CHECK(has_figure(scale, "an index opens"));
  CHECK(has_figure(scale, "index file"));
  CHECK(has_figure(scale, "term search, "));
  CHECK(has_figure(scale, "descendants of a concept with "));
}

TEST_CASE("the bench measures every other coding system", "[program]") {
  const Json computing = bench({"--only", "systems", "--scale", "0.01"});
  for (const std::string system : {"bnf", "dmd", "icd10", "ctv3", "readv2", "opcs4"}) {
    CAPTURE(system);
    CHECK(has_figure(computing, system + ": import, "));
    CHECK(has_figure(computing, system + ": an index opens"));
    CHECK(has_figure(computing, system + ": index file"));
    CHECK(has_figure(computing, system + ": term search, "));
    CHECK(has_figure(computing, system + ": words search, p50"));
    CHECK(has_figure(computing, system + ": descendants of "));
  }
  CHECK(computing["skipped"].empty());
}

TEST_CASE("the bench measures what a site needs that takes over from OpenCodelists", "[program]") {
  const Json serving = bench({"--only", "drop-in", "--codelists", "20"});
  CHECK(has_figure(serving, "migration of 40 versions"));
  CHECK(has_figure(serving, "upload of a table of "));
  CHECK(has_figure(serving, "clone of "));
  CHECK(has_figure(serving, "diff page of two versions of "));
  CHECK(has_figure(serving, "list of 20 codelists, warm"));
  CHECK(has_figure(serving, "list of 20 codelists, 304"));
  CHECK(has_figure(serving, "a guess at a password"));
}

TEST_CASE("the bench measures a server", "[program]") {
  const Json serving = bench({"--only", "server"});
  CHECK(has_figure(serving, "from start to ready"));
  CHECK(has_figure(serving, "a click on a draft"));
  CHECK(has_figure(serving, "tree of "));
  CHECK(has_figure(serving, "a click with a checksum of "));
  CHECK(has_figure(serving, "codeset of "));
  CHECK(has_figure(serving, "a version of "));
  CHECK(has_figure(serving, "resident memory"));
  const bool beside_nginx = find_program("nginx") && find_program("wrk");
  CHECK(has_figure(serving, "download.csv, 1 KB") == beside_nginx);
  CHECK(has_figure(serving, "listing, 100 KB") == beside_nginx);
  CHECK(serving["skipped"].empty() == beside_nginx);
}

TEST_CASE("the bench measures the pages that people read", "[program]") {
  const Json reading = bench({"--only", "pages"});
  const bool beside_nginx = find_program("nginx") && find_program("wrk");
  CHECK(has_figure(reading, "home, server CPU") == beside_nginx);
  CHECK(has_figure(reading, "a version's page, ") == beside_nginx);
  CHECK(has_figure(reading, "200 rows of its full list") == beside_nginx);
  CHECK(has_figure(reading, "a version's page while its draft is edited") == beside_nginx);
}

TEST_CASE("the bench measures how a report slows down readers", "[program]") {
  const Json reading = bench({"--only", "report", "--codelists", "100"});
  CHECK(has_figure(reading, "report over 100 codelists, in the background"));
  const bool was_quick = !reading["skipped"].empty();
  CHECK(has_figure(reading, "a download while a report is made, p50") != was_quick);
}

TEST_CASE("a bench section that does not exist is a usage error", "[program]") {
  CHECK(run_codelog({"bench", "--only", "everything"}).exit_code == 2);
}

}  // namespace
}  // namespace codelog::tools::test::bench_test
