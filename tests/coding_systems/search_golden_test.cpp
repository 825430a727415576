// Compares searches of the small releases with OpenCodelists' own answers.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "coding_systems/algebra/search_expansion.h"
#include "coding_systems/versioning/releases.h"
#include "events/base/digest.h"
#include "small_releases.h"

namespace codelog::tests::search_golden_test {
namespace {

using coding_systems::Release;

nlohmann::json read_golden(const std::string& name) {
  return nlohmann::json::parse(
      read_bytes(std::filesystem::path(CODELOG_TESTS_DIR) / "golden" / name));
}

std::string join(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

// The golden files give the number of codes and their digest, and also the codes if there are few.
void check_codes(std::vector<std::string> codes, const nlohmann::json& golden) {
  std::ranges::sort(codes);
  CHECK(codes.size() == golden.at("n").get<std::size_t>());
  CHECK(base::sha1_hex(join(codes)) == golden.at("sha1").get<std::string>());
  if (golden.contains("codes")) {
    CHECK(codes == golden.at("codes").get<std::vector<std::string>>());
  }
}

void check_expansion(const coding_systems::SearchExpansion& found, const nlohmann::json& golden) {
  if (!golden.contains("all_codes")) return;
  check_codes(found.all_codes(), golden.at("all_codes"));
  check_codes(found.ancestor_codes(), golden.at("ancestor_codes"));
}

void check_searches(const std::string& system_id, std::size_t searches_min) {
  const TemporaryFolder data;
  unpack_small_release(data.path(), system_id);
  coding_systems::Releases releases(data.path(), coding_systems::release_openers());
  const auto golden = read_golden("04_search_" + system_id + ".json");
  const auto release = releases.open(system_id, golden.at("alias").get<std::string>());
  REQUIRE(release);
  const coding_systems::CodeUniverse universe(*release);

  std::size_t checked = 0;
  for (const auto& search : golden.at("term")) {
    const auto term = search.at("term").get<std::string>();
    INFO("term " << term);
    std::vector<std::string> codes;
    for (const auto node : (*release)->search_by_term(term)) {
      codes.emplace_back((*release)->code(node));
    }
    check_codes(codes, search.at("search_by_term"));
    check_expansion(
        coding_systems::SearchExpansion::of_nodes(universe, (*release)->search_by_term(term)),
        search);
    ++checked;
  }
  for (const auto& search : golden.at("code")) {
    const auto code = search.at("code").get<std::string>();
    INFO("code " << code);
    // the reference refuses an empty code; here, the callers of the search must
    if (search.contains("error")) {
      CHECK((*release)->search_by_code(code).empty());
      continue;
    }
    check_codes((*release)->search_by_code(code), search.at("search_by_code"));
    check_expansion(
        coding_systems::SearchExpansion::of_matches(universe, (*release)->search_by_code(code)),
        search);
    ++checked;
  }
  CHECK(checked > searches_min);
}

}  // namespace

TEST_CASE("searches of SNOMED CT find what OpenCodelists finds", "[search][golden]") {
  check_searches("snomedct", 150);
}

TEST_CASE("searches of the BNF find what OpenCodelists finds", "[search][golden]") {
  check_searches("bnf", 150);
}

TEST_CASE("searches of CTV3 find what OpenCodelists finds", "[search][golden]") {
  check_searches("ctv3", 90);
}

TEST_CASE("searches of dm+d find what OpenCodelists finds", "[search][golden]") {
  check_searches("dmd", 150);
}

TEST_CASE("searches of ICD-10 find what OpenCodelists finds", "[search][golden]") {
  check_searches("icd10", 100);
}

}  // namespace codelog::tests::search_golden_test
