// The search modes over a release of every coding system, and the limits of each system.
#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>
#include <memory>
#include <utility>

#include "coding_systems/versioning/releases.h"
#include "events/base/text.h"
#include "tests/coding_systems/search_modes_support.h"
#include "tests/coding_systems/small_releases.h"

namespace codelog::tests::search_systems_test {
namespace {

using coding_systems::SearchMode;
using coding_systems::SearchQuery;
using Codes = std::set<std::string>;
using Ranked = std::vector<std::string>;

Codes by(const coding_systems::Release& release, SearchMode mode, const char* text) {
  return codes_found(release, {.mode = mode, .text = text});
}

// The codes that searches by code find in a release: a publisher's codes, without the nodes that
// only group them.
Ranked codes_of_searches(const coding_systems::Release& release) {
  Ranked codes;
  for (coding_systems::Node node = 0; node < release.hierarchy().size(); ++node) {
    if (!release.has_concept(node)) continue;
    const std::string code(release.code(node)), term(release.term(node));
    const bool is_chapter = code.find_first_not_of("IVX") == std::string::npos;
    const bool is_product =
        term.ends_with("(VTM)") || term.ends_with("(VMP)") || term.ends_with("(AMP)");
    if (release.system().id == "icd10" && is_chapter) continue;
    if (release.system().id == "dmd" && !is_product) continue;
    codes.push_back(code);
  }
  std::ranges::sort(codes, {}, base::ascii_lower);
  return codes;
}

// The last code of a block of ICD-10; for any other code, the code itself.
std::string end_of(const std::string& code) { return code.substr(code.find('-') + 1); }

// In the order of codes, which ignores case. The dots that pad a Read code do not count.
bool is_between(const std::string& code, const std::string& first, const std::string& last) {
  const auto lower = base::ascii_lower(code), lower_last = base::ascii_lower(last);
  const auto start = lower_last.substr(0, lower_last.find_last_not_of('.') + 1);
  return base::ascii_lower(first) <= lower && (lower <= lower_last || lower.starts_with(start));
}

template <class IsWanted>
Codes codes_if(const Ranked& codes, IsWanted is_wanted) {
  Codes wanted;
  std::ranges::copy_if(codes, std::inserter(wanted, wanted.end()), is_wanted);
  return wanted;
}

// The small release of a system, opened in a folder of its own.
struct SmallRelease {
  explicit SmallRelease(const std::string& system) {
    unpack_small_release(data.path(), system);
    auto opened = releases.open(system, system + "_small_20240101");
    REQUIRE(opened);
    release = std::move(*opened);
  }

  TemporaryFolder data;
  coding_systems::Releases releases{data.path(), coding_systems::release_openers()};
  std::shared_ptr<const coding_systems::Release> release;
};

}  // namespace

TEST_CASE("inactive concepts of SNOMED CT are distinguished, and have a type of their own",
          "[search][modes]") {
  const SmallRelease small("snomedct");
  const auto& release = *small.release;
  const SearchQuery query{.mode = SearchMode::words, .text = "elbow", .active = false};
  const auto inactive = release.search(query);
  REQUIRE(inactive);
  CHECK(!inactive->empty());
  for (const auto node : *inactive) {
    CHECK(release.type_titles(node).front().starts_with("[inactive] "));
  }
  std::size_t count = 0, concepts = 0;
  for (const auto& type : release.types().types()) count += type.codes_count;
  for (coding_systems::Node node = 0; node < release.hierarchy().size(); ++node) {
    concepts += release.has_concept(node) ? 1 : 0;
  }
  CHECK(count == concepts);
}

TEST_CASE("every mode works for every coding system, and finds the same codes as a scan",
          "[search][modes]") {
  for (const std::string system : {"snomedct", "bnf", "dmd", "icd10", "ctv3"}) {
    CAPTURE(system);
    const SmallRelease small(system);
    const auto& release = *small.release;
    const auto codes = codes_of_searches(release);
    REQUIRE(codes.size() > 100);
    // A block cannot be the end of a range.
    const auto code_from = [&](std::size_t place) {
      while (codes[place].find('-') != std::string::npos) ++place;
      return codes[place];
    };
    const auto first = code_from(codes.size() / 3), last = code_from(codes.size() / 3 + 50);
    CHECK(by(release, SearchMode::code_range, (first + "-" + last).c_str()) ==
          codes_if(codes, [&](const std::string& code) {
            return is_between(code, first, last) && is_between(end_of(code), first, last);
          }));
    for (const std::size_t size : {1, 2, 3}) {
      const auto start = first.substr(0, size);
      CHECK(by(release, SearchMode::code_prefix, start.c_str()) ==
            codes_if(codes, [&](const std::string& code) {
              return code.starts_with(start) && end_of(code).starts_with(start);
            }));
    }
    // A whole name matches itself as a phrase, a start, words and an expression.
    std::size_t names = 0;
    for (std::size_t i = 0; i < codes.size(); i += codes.size() / 40) {
      const auto node = *release.find(codes[i]);
      const auto term = release.term(node);
      const std::string name(term.substr(0, term.rfind(" (")));  // dm+d adds the kind of product
      const auto matched = release.search_page({.text = name}, {});
      REQUIRE(matched);
      if (!release.is_found_by_term(node) || matched->hits.empty()) continue;
      const std::string text(*matched->hits.front().matched);
      const auto code = std::string(release.code(matched->hits.front().node));
      CAPTURE(text);
      for (const auto mode :
           {SearchMode::words, SearchMode::phrase, SearchMode::starts_with, SearchMode::contains}) {
        CHECK(by(release, mode, text.c_str()).contains(code));
      }
      ++names;
    }
    CHECK(names > 10);
  }
}

TEST_CASE("chapters and blocks of ICD-10 are found in the new modes if their type is asked for",
          "[search][modes]") {
  const SmallRelease small("icd10");
  const auto& release = *small.release;
  const auto block = release.find("S00-S09");
  REQUIRE(block);
  const std::string term(release.term(*block));
  const SearchQuery plain{.mode = SearchMode::phrase, .text = term};
  CHECK(!codes_found(release, plain).contains("S00-S09"));
  CHECK(!codes_found(release, {.text = term}).contains("S00-S09"));
  auto typed = plain;
  typed.types = release.type_titles(*block);
  CHECK(codes_found(release, typed).contains("S00-S09"));
}

TEST_CASE("a search for an ICD-10 code finds no block that goes beyond it, and no chapter",
          "[search][modes]") {
  const SmallRelease small("icd10");
  const auto& release = *small.release;
  const auto blocks = [](const Codes& codes) {
    return codes_if({codes.begin(), codes.end()},
                    [](const std::string& code) { return code.find('-') != std::string::npos; });
  };
  const auto prefix = [&](const char* text) { return by(release, SearchMode::code_prefix, text); };
  const auto range = [&](const char* text) { return by(release, SearchMode::code_range, text); };
  CHECK(blocks(prefix("E00")).empty());
  CHECK(prefix("E00").contains("E00"));
  CHECK(blocks(prefix("E0")) == Codes{"E00-E09"});
  CHECK(blocks(prefix("e0")) == Codes{"E00-E09"});
  CHECK(prefix("E00-E19") == Codes{"E00-E19"});
  CHECK(blocks(range("E00-E09")) == Codes{"E00-E09"});
  CHECK(blocks(range("E00-E18")) == Codes{"E00-E09"});
  CHECK(blocks(range("E00-E19")) == Codes{"E00-E09", "E00-E19"});
  CHECK(blocks(range("S00-S09")) == Codes{"S00-S09"});
  CHECK(prefix("IV").empty());
  CHECK(range("IV-IX").empty());
  for (const auto& found : {prefix("I"), range("H00..J99")}) {
    CHECK(found.contains("I10"));
    CHECK(!found.contains("I"));
    CHECK(!found.contains("IV"));
    CHECK(!found.contains("IX"));
  }
  // OpenCodelists' own search by code finds what it always found.
  CHECK(by(release, SearchMode::code, "E00*").contains("E00-E19"));
}

}  // namespace codelog::tests::search_systems_test
