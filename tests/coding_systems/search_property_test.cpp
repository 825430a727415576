// Compares contains-search with a plain scan, over random texts and terms.
#include <rapidcheck/catch.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "coding_systems/index/release_index.h"
#include "coding_systems/index/text_search.h"
#include "events/base/text.h"

using namespace std::string_literals;

namespace codelog::tests::search_property_test {
namespace {

using coding_systems::IndexSource;
using coding_systems::Node;
using coding_systems::ReleaseIndex;
using coding_systems::TextRole;
using coding_systems::TextSearch;

// Few letters, so that terms are found, in both cases. Also: the neighbours of letters that differ
// from other bytes in the bit for capitals ('@' and '`', '[' and '{'); the special characters of
// LIKE; two and three bytes of UTF-8, in both cases, which must not match each other.
const std::vector<std::string> alphabet = {"a", "A", "b",  "B", "z", "Z", "@",  "`", "[", "{",
                                           "%", "_", "\\", " ", "é", "É", "日", "0", ")", "\n"};

rc::Gen<std::string> text_of(std::size_t letters_max) {
  return rc::gen::exec([=] {
    std::string text;
    const auto letters = *rc::gen::inRange<std::size_t>(0, letters_max + 1);
    for (std::size_t i = 0; i < letters; ++i) text += *rc::gen::elementOf(alphabet);
    return text;
  });
}

bool contains(const std::string& text, const std::string& term) {
  return base::ascii_lower(text).find(base::ascii_lower(term)) != std::string::npos;
}

struct Texts {
  std::vector<std::vector<std::string>> by_code;

  std::set<std::string> codes_with(const std::string& term) const {
    std::set<std::string> codes;
    for (std::size_t i = 0; i < by_code.size(); ++i) {
      const auto has_term = [&](const std::string& text) { return contains(text, term); };
      if (std::ranges::any_of(by_code[i], has_term)) codes.insert(std::to_string(i));
    }
    return codes;
  }
};

// Some texts are common to nearly all codes, so that both forms of lists occur.
Texts random_texts() {
  Texts texts;
  texts.by_code.resize(*rc::gen::inRange<std::size_t>(1, 300));
  const auto common = *text_of(12);
  for (auto& of_code : texts.by_code) {
    const auto count = *rc::gen::inRange(0, 4);
    for (int i = 0; i < count; ++i) of_code.push_back(*text_of(40));
    if (*rc::gen::inRange(0, 8) > 0) of_code.push_back(*text_of(3) + common + *text_of(3));
  }
  return texts;
}

ReleaseIndex index_of(const Texts& texts) {
  IndexSource source;
  for (std::size_t i = 0; i < texts.by_code.size(); ++i) {
    source.add_concept(std::to_string(i), 1);
    for (const auto& text : texts.by_code[i]) {
      source.add_text(std::to_string(i), static_cast<TextRole>(text.size() % 3), text);
    }
  }
  auto bytes = coding_systems::build_release_index("test", source, {});
  REQUIRE(bytes);
  auto file = coding_systems::IndexFile::own(std::move(*bytes), "test");
  REQUIRE(file);
  auto index = ReleaseIndex::from(std::move(*file));
  REQUIRE(index);
  return std::move(*index);
}

std::set<std::string> codes_found(const ReleaseIndex& index, const std::string& term) {
  const auto nodes = index.terms().find_containing(term);
  RC_ASSERT(std::ranges::is_sorted(nodes));
  std::set<std::string> codes;
  for (const Node node : nodes) codes.emplace(index.code(node));
  RC_ASSERT(codes.size() == nodes.size());
  return codes;
}

// A piece of some text (cut anywhere, even inside a character), or any short text.
std::string random_term(const Texts& texts) {
  const auto& of_code = *rc::gen::elementOf(texts.by_code);
  if (of_code.empty() || *rc::gen::inRange(0, 4) == 0) return *text_of(6);
  const auto& text = *rc::gen::elementOf(of_code);
  const auto first = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
  const auto bytes = *rc::gen::inRange<std::size_t>(0, 12);
  auto term = text.substr(first, bytes);
  if (*rc::gen::arbitrary<bool>()) term = base::ascii_lower(term);
  return term;
}

}  // namespace

TEST_CASE("a search finds exactly the codes with a text that contains the term",
          "[search][property]") {
  rc::prop("find_containing == scan", [] {
    const auto texts = random_texts();
    const auto index = index_of(texts);
    for (int i = 0; i < 40; ++i) {
      const auto term = random_term(texts);
      RC_LOG() << "term: " << term << "\n";
      const auto expected = term.empty() ? std::set<std::string>() : texts.codes_with(term);
      RC_ASSERT(codes_found(index, term) == expected);
    }
  });
}

TEST_CASE("a text is found at any place of another, in either case", "[search][property]") {
  rc::prop("TextSearch == find", [] {
    const auto text = *text_of(80);
    const auto term = base::ascii_lower(
        *rc::gen::suchThat(text_of(5), [](const std::string& any) { return !any.empty(); }));
    const auto anchor = *rc::gen::inRange<std::size_t>(0, term.size());
    // The bytes after the text must not matter, even if they continue the term.
    const std::string readable = text + term + std::string(TextSearch::readable_behind_bytes, 'a');
    const TextSearch search(term, anchor);
    RC_ASSERT(search.is_in(std::string_view(readable).substr(0, text.size())) ==
              contains(text, term));
  });
}

TEST_CASE("a text of every length is found at every place of texts around a block's size",
          "[search]") {
  for (std::size_t size = 1; size <= 70; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      std::string text(size, 'x');
      text[place] = 'N';
      if (place + 1 < size) text[place + 1] = 'e';
      const std::string readable =
          text + "ne" + std::string(TextSearch::readable_behind_bytes, 'n');
      const std::string_view searched = std::string_view(readable).substr(0, size);
      CAPTURE(size, place);
      CHECK(TextSearch("n", 0).is_in(searched));
      CHECK(TextSearch("ne", 1).is_in(searched) == (place + 1 < size));
      CHECK(!TextSearch("nn", 0).is_in(searched));
    }
  }
}

TEST_CASE("a term never runs from one text of a code into the next", "[search]") {
  IndexSource source;
  source.add_text("1", TextRole::name, "left femur");
  source.add_text("1", TextRole::synonym, "fracture");
  auto bytes = coding_systems::build_release_index("test", source, {});
  auto file = coding_systems::IndexFile::own(std::move(*bytes), "test");
  const auto index = ReleaseIndex::from(std::move(*file));
  CHECK(index->terms().find_containing("femur").size() == 1);
  CHECK(index->terms().find_containing("fracture").size() == 1);
  CHECK(index->terms().find_containing("femurfracture").empty());
  CHECK(index->terms().find_containing("rf").empty());
  for (const std::string& end :
       {"femur\xff"s, "femur\xff"s + "fracture", "\xff"s, "\xfe"s, "\xfd"s}) {
    CHECK(index->terms().find_containing(end).empty());
  }
}

}  // namespace codelog::tests::search_property_test
