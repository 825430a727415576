// The search modes by example: matches, their order, and refused searches.
#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>

#include "coding_systems/algebra/search_expansion.h"
#include "coding_systems/index/index_search.h"
#include "coding_systems/index/text_fold.h"
#include "tests/coding_systems/search_modes_support.h"

namespace codelog::tests::search_modes_test {
namespace {

using coding_systems::IndexSource;
using coding_systems::SearchMode;
using coding_systems::SearchQuery;
using coding_systems::TextRole;
using Codes = std::set<std::string>;
using Ranked = std::vector<std::string>;

std::unique_ptr<const TextRelease> joints() {
  IndexSource source;
  const auto add = [&](const char* code, coding_systems::CodeKind kind,
                       std::initializer_list<const char*> texts) {
    source.add_concept(code, kind);
    auto role = TextRole::name;
    for (const char* text : texts) {
      source.add_text(code, role, text);
      role = TextRole::synonym;
    }
  };
  add("1", 1, {"Fracture of femur (disorder)", "Femoral fracture", "Fracture of femur"});
  add("2", 1, {"Fracture of neck of femur (disorder)", "Hip fracture"});
  add("3", 2, {"Fracture of femur"});
  add("4", 1, {"Ménière's disease", "Endolymphatic hydrops"});
  add("5", 1, {"Sjögren syndrome", "Sicca syndrome"});
  add("6", 3, {"Fracture of femur kit"});
  add("7", 1, {"Type 2 diabetes mellitus", "Type II diabetes", "Diabetes, type-2"});
  add("8", 2, {"Œdème aigu", "Ødem", "Groß"});
  source.add_text("8", TextRole::display_name, "Shown edema");
  source.add_edge("1", "2");
  return release_of(source);
}

Codes by(const coding_systems::Release& release, SearchMode mode, const char* text) {
  return codes_found(release, {.mode = mode, .text = text});
}

std::string refusal(const coding_systems::Release& release, const SearchQuery& query) {
  const auto found = release.search(query);
  const auto page = release.search_page(query, {});
  REQUIRE(!found);
  REQUIRE(!page);
  CHECK(found.error().detail == page.error().detail);
  CHECK(found.error().code == base::ErrorCode::invalid);
  REQUIRE(found.error().fields.size() == 1);
  return found.error().fields.front().field + " " + found.error().fields.front().detail;
}

}  // namespace

TEST_CASE("folding removes case, diacritics and compatibility forms", "[search][modes]") {
  const auto fold = [](const char* text) { return coding_systems::fold_text(text); };
  CHECK(fold("Ménière’s Œdème") == "meniere's oedeme");
  CHECK(fold("GROSS Groß") == "gross gross");
  CHECK(fold("m² x½") == "m2 x1\u20442");
  CHECK(fold("İstanbul ıı") == "istanbul ii");
  CHECK(fold("Brand™ ΣΣς µg") == "brand™ σσσ μg");
  CHECK(fold("cut \xc3") == "cut \xc3");
  const auto words = [](const std::string& folded) {
    Ranked found;
    for (const auto word : coding_systems::words_of(folded)) found.emplace_back(word);
    return found;
  };
  CHECK(words("crohn's (b12) 日本-x\xc3y") == Ranked{"crohn", "s", "b12", "日本", "x", "y"});
  CHECK(words("").empty());
  CHECK(words(" -- ").empty());
}

TEST_CASE("the start of a text is compared without folding all of it", "[search][modes]") {
  using coding_systems::compare_start;
  using coding_systems::TextStart;
  CHECK(compare_start("Ménière", "meniere") == TextStart::same);
  CHECK(compare_start("Me\u0301niere", "meniere") == TextStart::same);
  CHECK(compare_start("Ménière's", "meniere") == TextStart::longer);
  CHECK(compare_start("Groß", "gros") == TextStart::longer);
  CHECK(compare_start("Groß", "grosz") == TextStart::other);
  CHECK(compare_start("Men", "meniere") == TextStart::other);
  CHECK(compare_start("men\u0301", "men") == TextStart::same);
  CHECK(compare_start("", "") == TextStart::same);
  CHECK(compare_start("a", "") == TextStart::longer);
}

TEST_CASE("a words search finds the starts of words in any order in one description",
          "[search][modes]") {
  const auto release = joints();
  const auto words = [&](const char* text) { return by(*release, SearchMode::words, text); };
  CHECK(words("femur fracture") == Codes{"1", "2", "3"});
  CHECK(words("FEM frac") == Codes{"1", "2", "3"});
  CHECK(words("neck femur") == Codes{"2"});
  CHECK(words("hip femur").empty());  // the words are in two descriptions of one code
  CHECK(words("ractur").empty());
  CHECK(words("meniere's dis") == Codes{"4"});
  CHECK(words("menieres") == Codes{"4"});
  CHECK(words("sjogren") == Codes{"5"});
  CHECK(words("SJÖGREN") == Codes{"5"});
  CHECK(words("odem") == Codes{"8"});
  CHECK(words("oedeme") == Codes{"8"});
  CHECK(words("gross") == Codes{"8"});
  CHECK(words("shown").empty());
  CHECK(words("f fr fem fracture") == Codes{"1", "2", "3"});
}

TEST_CASE("a phrase search finds whole words in a row", "[search][modes]") {
  const auto release = joints();
  const auto phrase = [&](const char* text) { return by(*release, SearchMode::phrase, text); };
  CHECK(phrase("fracture of femur") == Codes{"1", "3"});
  CHECK(phrase("of femur") == Codes{"1", "2", "3"});
  CHECK(phrase("femur fracture").empty());
  CHECK(phrase("fracture of fem").empty());
  CHECK(phrase("type 2") == Codes{"7"});
  CHECK(phrase("diabetes type 2") == Codes{"7"});
  CHECK(phrase("menieres disease") == Codes{"4"});
  CHECK(phrase("meniere's disease") == Codes{"4"});
  CHECK(phrase("meniere disease").empty());
}

TEST_CASE("a starts-with search finds descriptions that start with any kind of text",
          "[search][modes]") {
  const auto release = joints();
  const auto starts = [&](const char* text) { return by(*release, SearchMode::starts_with, text); };
  CHECK(starts("fracture of f") == Codes{"1", "3"});
  CHECK(starts("femur").empty());
  CHECK(starts("Type 2 ") == Codes{"7"});
  CHECK(starts("type ii") == Codes{"7"});
  CHECK(starts("diabetes, t") == Codes{"7"});
  CHECK(starts("diabetes t").empty());
  CHECK(starts("MÉNIÈRE") == Codes{"4"});
}

TEST_CASE("a regular expression matches each description by itself", "[search][modes]") {
  const auto release = joints();
  const auto regex = [&](const char* text) { return by(*release, SearchMode::regex, text); };
  CHECK(regex("^fracture.*FEMUR$") == Codes{"1", "3"});
  CHECK(regex("hip.*femur").empty());
  CHECK(regex(R"(\btype (2|II)\b)") == Codes{"7"});
  CHECK(regex("disorder|syndrome") == Codes{"1", "2", "5"});
  CHECK(regex("^.{4}$") == Codes{"8"});
  CHECK(regex("MÉN") == Codes{"4"});
  CHECK(regex("men").empty());
  CHECK(regex("shown").empty());
  CHECK(regex("(x+x+)+y").empty());
  CHECK(regex("((((a*)*)*)*)*$").size() == 7);
}

TEST_CASE("an invalid search is refused with the reason", "[search][modes]") {
  const auto release = joints();
  const auto refuse = [&](SearchMode mode, const std::string& text) {
    return refusal(*release, {.mode = mode, .text = text});
  };
  for (const auto mode : base::all_search_modes()) {
    CHECK(refuse(mode, "") == "text is empty");
    CHECK(refuse(mode, "a\xff") == "text is not well-formed UTF-8");
    CHECK(refuse(mode, std::string(1025, 'a')) == "text has over 1024 bytes");
    CHECK(base::parse_search_mode(base::to_string(mode)) == mode);
  }
  CHECK(!base::parse_search_mode("fuzzy"));
  for (const auto mode : {SearchMode::words, SearchMode::phrase, SearchMode::starts_with}) {
    CHECK(refuse(mode, " -(%)™ ") == "text must have a letter or a digit");
  }
  using Catch::Contains;
  CHECK_THAT(refuse(SearchMode::regex, "a("),
             Contains("is not a valid regular expression: missing )"));
  CHECK_THAT(refuse(SearchMode::regex, "(?=a)"), Contains("is not a valid regular expression"));
  CHECK_THAT(refuse(SearchMode::regex, R"((a)\1)"), Contains(R"(invalid escape sequence: \1)"));
  CHECK_THAT(refuse(SearchMode::regex, "a{1001}"), Contains("invalid repetition size"));
  CHECK_THAT(refuse(SearchMode::regex, R"(\pL{500})"), Contains("regular expression"));
  CHECK_THAT(refuse(SearchMode::regex, R"(((\pL{9}){9}){9})"), Contains("regular expression"));
  CHECK_THAT(refuse(SearchMode::regex, R"([\pL\pN]{60})"), Contains("is too large"));
  CHECK_THAT(refuse(SearchMode::regex, R"(a\\C\C)"), Contains("would take letters apart"));
  CHECK(codes_found(*release, {.mode = SearchMode::regex, .text = R"(\Q\C\E|\\C)"}).empty());
  std::string classes, nested;
  for (int i = 0; i < 33; ++i) {
    classes += R"(\pL|)";
    nested.insert(0, R"((\PL|)").append(")");
  }
  CHECK_THAT(refuse(SearchMode::regex, classes), Contains("has 33 classes of Unicode, at most 32"));
  CHECK_THAT(refuse(SearchMode::regex, nested), Contains("has 33 classes of Unicode, at most 32"));
  CHECK_THAT(refuse(SearchMode::code_range, "E10"), Contains("two codes with '-' or '..'"));
  CHECK_THAT(refuse(SearchMode::code_range, "E10-"), Contains("two codes"));
  CHECK_THAT(refuse(SearchMode::code_range, "E1-E2-E3"), Contains("one '-'"));
  CHECK_THAT(refuse(SearchMode::code_range, "E1-E2\u2013E3"), Contains("one '-'"));
  CHECK_THAT(refuse(SearchMode::code_range, "E11-E10"), Contains("second code before its first"));
  CHECK(refusal(*release, {.text = "femur", .types = {"Plane"}}) ==
        "types 'Plane' is not a type of snomedct_texts");
}

TEST_CASE("a regular expression is abandoned after too much work", "[search][modes]") {
  using coding_systems::IndexSearch;
  const auto release = joints();
  const SearchQuery query{.mode = SearchMode::regex, .text = "[e-f].*r"};
  const auto is_refused = [](const auto& found) {
    if (found) return false;
    CHECK(found.error().code == base::ErrorCode::too_large);
    REQUIRE(found.error().fields.size() == 1);
    CHECK(found.error().fields.front().field == "text");
    return true;
  };
  const IndexSearch hopeless(*release, release->index(), {.steps_max = 100});
  CHECK(is_refused(hopeless.find(query)));
  CHECK(is_refused(hopeless.find_page(query, {})));
  // Each reading of the clock advances it by a second. The first reading is at the start, the
  // others are at texts.
  std::size_t looks = 0;
  const auto with_looks = [&](std::size_t looks_max) {
    looks = 0;
    return IndexSearch(*release, release->index(),
                       {.work_max = std::chrono::seconds(looks_max - 1),
                        .work_time = [&] { return std::chrono::seconds(looks++); },
                        .steps_between_looks = 1});
  };
  REQUIRE(with_looks(1000).find(query));
  const std::size_t looks_at_texts = looks;
  REQUIRE(with_looks(1000).find_page(query, {}));
  const std::size_t looks_for_page = looks;
  CHECK(looks_at_texts > 10);
  CHECK(looks_for_page > looks_at_texts);  // matching texts are read again for ranking
  for (std::size_t looks_max = 1; looks_max < looks_for_page; ++looks_max) {
    CAPTURE(looks_max);
    CHECK(is_refused(with_looks(looks_max).find(query)) == (looks_max < looks_at_texts));
    CHECK(is_refused(with_looks(looks_max).find_page(query, {})));
    CHECK(looks == looks_max + 1);
  }
  CHECK(with_looks(looks_for_page).find_page(query, {}));
  // A thread's work time grows while it works.
  const auto begun = coding_systems::thread_work_time();
  while (coding_systems::thread_work_time() == begun) {
  }
  CHECK(coding_systems::thread_work_time() > begun);
}

TEST_CASE("codes are found by their start and by a range", "[search][modes]") {
  IndexSource source;
  for (const char* code : {"E10", "E100", "E101", "E11", "E149", "E15", "e10x", "H33..", "H331.",
                           "H34..", "H34z.", "H35.."}) {
    source.add_concept(code, 1);
  }
  source.add_edge("E10", "E10edge");
  const auto release = release_of(source);
  const auto prefix = [&](const char* text) {
    return codes_ranked(*release, {.mode = SearchMode::code_prefix, .text = text});
  };
  CHECK(prefix("E10") == Ranked{"E10", "E100", "E101"});
  CHECK(prefix("e10") == Ranked{"e10x"});
  CHECK(prefix("e11") == Ranked{"E11"});
  CHECK(prefix("E14.9") == Ranked{"E149"});
  CHECK(prefix("h33.") == Ranked{"H33.."});
  CHECK(prefix("Z").empty());
  const auto range = [&](const char* text) {
    return codes_ranked(*release, {.mode = SearchMode::code_range, .text = text});
  };
  CHECK(range("E10-E11") == Ranked{"E10", "E100", "E101", "e10x", "E11"});
  CHECK(range("e101 .. e14") == Ranked{"E101", "e10x", "E11", "E149"});
  CHECK(range("e101 - e14") == Ranked{"E101", "e10x", "E11", "E149"});
  CHECK(range("e101\u00a0\u2013 e14") == Ranked{"E101", "e10x", "E11", "E149"});
  CHECK(range("E10.1-E14.9") == Ranked{"E101", "e10x", "E11", "E149"});
  CHECK(range("H33..-H34..") == Ranked{"H33..", "H331.", "H34..", "H34z."});
  CHECK(range("F-G").empty());
  CHECK(codes_ranked(*release, {.mode = SearchMode::code, .text = "E11"}) == Ranked{"E11"});
}

TEST_CASE("hits come best first, each with the description that matched", "[search][modes]") {
  const auto release = joints();
  const SearchQuery query{.mode = SearchMode::words, .text = "Fracture of femur"};
  CHECK(codes_ranked(*release, query) == Ranked{"1", "3", "2"});
  const auto page = release->search_page(query, {.offset = 0, .limit = 1});
  REQUIRE(page);
  CHECK(page->total == 3);
  REQUIRE(page->hits.size() == 1);
  CHECK(page->hits[0].matched == "Fracture of femur");
  CHECK(page->hits[0].role == TextRole::synonym);
  CHECK(codes_ranked(*release, query, {.offset = 1, .limit = 9}) == Ranked{"3", "2"});
  CHECK(codes_ranked(*release, query, {.offset = 3, .limit = 9}).empty());
  CHECK(codes_ranked(*release, query, {.offset = SIZE_MAX, .limit = SIZE_MAX}).empty());
  CHECK(codes_ranked(*release, {.text = "Femoral"}) == Ranked{"1"});
  CHECK(codes_ranked(*release, {.mode = SearchMode::regex, .text = "f.*femur"}) ==
        Ranked{"1", "3", "2"});
  // "Sicca syndrome" is shorter.
  const auto sicca = release->search_page({.mode = SearchMode::words, .text = "syndrome"}, {});
  CHECK(sicca->hits.at(0).matched == "Sicca syndrome");
}

TEST_CASE("filters by type and by activity work with every mode", "[search][modes]") {
  const auto release = joints();
  struct Case {
    SearchMode mode;
    std::string text;
  };
  const std::vector<Case> cases = {
      {SearchMode::contains, "acture of fem"}, {SearchMode::words, "femur frac"},
      {SearchMode::phrase, "of femur"},        {SearchMode::starts_with, "Fracture"},
      {SearchMode::regex, "frac.*femur"},      {SearchMode::code_prefix, "3"},
      {SearchMode::code_range, "1-6"},         {SearchMode::code, "3"}};
  for (const auto& [mode, text] : cases) {
    CAPTURE(text);
    const auto all = by(*release, mode, text.c_str());
    Codes together;
    for (const bool active : {true, false}) {
      for (const auto& code :
           codes_found(*release, {.mode = mode, .text = text, .active = active})) {
        CHECK(active == (code != "3"));
        CHECK(together.insert(code).second);
      }
    }
    CHECK(together == all);
    const SearchQuery retired{.mode = mode, .text = text, .types = {"retired"}};
    CHECK(codes_found(*release, retired) == Codes{"3"});
    CHECK(codes_ranked(*release, retired) == Ranked{"3"});
    CHECK(codes_found(*release, {.mode = mode, .text = text, .types = {"Retired"}, .active = true})
              .empty());
  }
  // The new modes find codes that no term finds, if their type is asked for.
  CHECK(codes_found(*release, {.mode = SearchMode::words, .text = "femur", .types = {"Hidden"}}) ==
        Codes{"6"});
  CHECK(codes_found(*release, {.text = "femur", .types = {"Hidden"}}).empty());
  CHECK(codes_found(*release, {.mode = SearchMode::code_range, .text = "6-6"}) == Codes{"6"});
  CHECK(codes_found(*release,
                    {.mode = SearchMode::words, .text = "femur", .types = {"Plain", "Retired"}}) ==
        Codes{"1", "2", "3", "6"});
}

TEST_CASE("a release's types are counted on the first request of any kind", "[search][modes]") {
  const auto release = joints();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] { CHECK(release->types().types().size() == 3); });
  for (auto& thread : threads) thread.join();
  Ranked types;
  for (const auto& type : release->types().types()) {
    types.push_back(type.title + " " + std::to_string(type.codes_count));
  }
  CHECK(types == Ranked{"Hidden 1", "Plain 6", "Retired 2"});
}

TEST_CASE("a search in any mode expands to all descendants", "[search][modes]") {
  const auto release = joints();
  const coding_systems::CodeUniverse universe(*release);
  const auto nodes = release->search({.mode = SearchMode::phrase, .text = "femoral fracture"});
  REQUIRE(nodes);
  const auto found = coding_systems::SearchExpansion::of_nodes(universe, *nodes);
  CHECK(found.matching_codes() == Ranked{"1"});
  CHECK(found.all_codes() == Ranked{"1", "2"});
}

}  // namespace codelog::tests::search_modes_test
