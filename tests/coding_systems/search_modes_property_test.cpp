// Compares the search modes beyond "contains" with plain scans, over random texts and queries.
#include <rapidcheck/catch.h>
#include <re2/re2.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <tuple>

#include "coding_systems/index/regex_search.h"
#include "coding_systems/index/text_fold.h"
#include "coding_systems/index/text_order.h"
#include "coding_systems/index/word_search.h"
#include "tests/coding_systems/search_modes_support.h"

namespace codelog::tests::search_modes_property_test {
namespace {

using coding_systems::SearchMode;
using coding_systems::SearchQuery;
using coding_systems::TextRole;
using coding_systems::TextSearch;

// A letter of a text, its folded form, and whether it belongs to a word. Written by hand, because
// the index asks a library.
struct Letter {
  std::string text;
  std::string folded;
  bool is_word;
};
const std::vector<Letter> letters = {
    {"a", "a", true},       {"A", "a", true},      {"b", "b", true},      {"B", "b", true},
    {"s", "s", true},       {"k", "k", true},      {"é", "e", true},      {"É", "e", true},
    {"e\u0301", "e", true}, {"e", "e", true},      {"ß", "ss", true},     {"ø", "o", true},
    {"Æ", "ae", true},      {"²", "2", true},      {"2", "2", true},      {"日", "日", true},
    {"\u212a", "k", true},  {"\u017f", "s", true}, {" ", " ", false},     {" ", " ", false},
    {" ", " ", false},      {"-", "-", false},     {"(", "(", false},     {"'", "'", false},
    {"\u2019", "'", false}, {"™", "™", false},     {"\u0301", "", false},
};

using Text = std::vector<std::size_t>;  // numbers of letters

std::string written(const Text& text) {
  std::string out;
  for (const auto letter : text) out += letters[letter].text;
  return out;
}

std::string folded(const Text& text) {
  std::string out;
  for (const auto letter : text) out += letters[letter].folded;
  return out;
}

// The words of a text, with or without its apostrophes.
std::vector<std::string> words(const Text& text, bool with_apostrophes) {
  std::vector<std::string> found(1);
  for (const auto number : text) {
    const Letter& letter = letters[number];
    if (letter.is_word) {
      found.back() += letter.folded;
    } else if (letter.folded.empty() || (!with_apostrophes && letter.folded == "'")) {
      continue;
    } else {
      found.emplace_back();
    }
  }
  std::erase(found, "");
  return found;
}

struct Texts {
  std::vector<std::vector<Text>> by_code;
};

rc::Gen<Text> text_of(std::size_t letters_max) {
  return rc::gen::exec([=] {
    Text text(*rc::gen::inRange<std::size_t>(0, letters_max + 1));
    for (auto& letter : text) letter = *rc::gen::inRange<std::size_t>(0, letters.size());
    return text;
  });
}

Texts random_texts() {
  Texts texts;
  texts.by_code.resize(*rc::gen::inRange<std::size_t>(1, 200));
  const Text common = *text_of(8);
  for (auto& of_code : texts.by_code) {
    const auto count = *rc::gen::inRange(0, 4);
    for (int i = 0; i < count; ++i) of_code.push_back(*text_of(16));
    if (*rc::gen::inRange(0, 4) > 0) {
      Text text = *text_of(4);
      text.insert(text.end(), common.begin(), common.end());
      of_code.push_back(text);
    }
  }
  return texts;
}

std::unique_ptr<const TextRelease> release_of_texts(const Texts& texts) {
  coding_systems::IndexSource source;
  for (std::size_t i = 0; i < texts.by_code.size(); ++i) {
    source.add_concept(std::to_string(i), static_cast<coding_systems::CodeKind>(i % 3 + 1));
    for (const Text& text : texts.by_code[i]) {
      source.add_text(std::to_string(i), static_cast<TextRole>(text.size() % 3), written(text));
    }
    if (i % 7 == 0) source.add_text(std::to_string(i), TextRole::display_name, "aab bba");
  }
  return release_of(source);
}

// A piece of some text, or any short one.
Text random_query(const Texts& texts) {
  const auto& of_code = *rc::gen::elementOf(texts.by_code);
  if (of_code.empty() || *rc::gen::inRange(0, 4) == 0) return *text_of(5);
  const auto& text = *rc::gen::elementOf(of_code);
  const auto first = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
  const auto size = *rc::gen::inRange<std::size_t>(0, 9);
  Text piece(text.begin() + static_cast<std::ptrdiff_t>(first), text.end());
  piece.resize(std::min(piece.size(), size));
  return piece;
}

bool matches_words(const Text& text, const Text& query) {
  auto of_text = words(text, true);
  for (auto& word : words(text, false)) of_text.push_back(std::move(word));
  return std::ranges::all_of(words(query, true), [&](const std::string& wanted) {
    return std::ranges::any_of(of_text,
                               [&](const std::string& word) { return word.starts_with(wanted); });
  });
}

bool matches_phrase(const Text& text, const Text& query) {
  const auto phrase = words(query, true);
  const auto is_in = [&](const std::vector<std::string>& of_text) {
    return std::search(of_text.begin(), of_text.end(), phrase.begin(), phrase.end()) !=
           of_text.end();
  };
  return is_in(words(text, true)) || is_in(words(text, false));
}

bool matches(SearchMode mode, const Text& text, const Text& query) {
  if (mode == SearchMode::words) return matches_words(text, query);
  if (mode == SearchMode::phrase) return matches_phrase(text, query);
  return folded(text).starts_with(folded(query));
}

// Codes of the kinds that terms find.
template <class Matches>
std::set<std::string> scan(const Texts& texts, Matches is_match) {
  std::set<std::string> codes;
  for (std::size_t i = 0; i < texts.by_code.size(); ++i) {
    if (i % 3 != 2 && std::ranges::any_of(texts.by_code[i], is_match)) {
      codes.insert(std::to_string(i));
    }
  }
  return codes;
}

std::string random_pattern(const Texts& texts) {
  std::string pattern;
  const auto parts = *rc::gen::inRange(1, 5);
  for (int i = 0; i < parts; ++i) {
    static const std::vector<std::string> others = {".*",     ".", "|", "?",         "+",    "[ab]",
                                                    "(a|bs)", "^", "$", "\\b",       "\\pL", "[^a]",
                                                    "\\B",    "k", "s", "(aab|bba)", "\\A",  "\\z"};
    if (*rc::gen::inRange(0, 2) == 0) {
      pattern += *rc::gen::elementOf(others);
    } else {
      pattern += RE2::QuoteMeta(written(random_query(texts)));
    }
  }
  return pattern;
}

}  // namespace

TEST_CASE("words, phrase and starts_with find exactly the codes with such a text",
          "[search][modes][property]") {
  rc::prop("search == scan", [] {
    const auto texts = random_texts();
    const auto release = release_of_texts(texts);
    for (int i = 0; i < 30; ++i) {
      const auto query = random_query(texts);
      for (const auto mode : {SearchMode::words, SearchMode::phrase, SearchMode::starts_with}) {
        RC_LOG() << base::to_string(mode) << ": '" << written(query) << "'\n";
        const SearchQuery asked{.mode = mode, .text = written(query)};
        if (words(query, true).empty()) {
          RC_ASSERT(!release->search(asked));
          continue;
        }
        const auto expected =
            scan(texts, [&](const Text& text) { return matches(mode, text, query); });
        RC_ASSERT(codes_found(*release, asked) == expected);
      }
    }
  });
}

TEST_CASE("texts are ordered by their folded bytes, and those with one start are together",
          "[search][modes][property]") {
  rc::prop("sort_by_folded_text == sort of the folded texts", [] {
    std::string all;
    std::vector<std::uint32_t> starts = {0};
    std::vector<std::string> folds;
    const auto count = *rc::gen::inRange<std::size_t>(0, 60);
    const std::string common = written(*text_of(12));
    for (std::size_t i = 0; i < count; ++i) {
      auto text = *text_of(10);
      std::string bytes = *rc::gen::arbitrary<bool>() ? common + written(text) : written(text);
      // A byte that looks like the end of a shorter text.
      if (*rc::gen::inRange(0, 4) == 0) bytes.append(*rc::gen::inRange<std::size_t>(1, 9), '\0');
      folds.push_back(coding_systems::fold_text(bytes));
      all += bytes + "\xff";
      starts.push_back(static_cast<std::uint32_t>(all.size()));
    }
    const coding_systems::TextsInARow row{all, starts};
    std::vector<std::uint32_t> numbers, expected;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (*rc::gen::inRange(0, 5) > 0) numbers.push_back(i);
    }
    expected = numbers;
    std::ranges::stable_sort(expected, {}, [&](auto number) { return folds[number]; });
    coding_systems::sort_by_folded_text(row, numbers);
    RC_ASSERT(numbers == expected);
    for (int i = 0; i < 20; ++i) {
      const auto start = folded(*text_of(4));
      std::erase_if(expected, [&](auto number) { return !folds[number].starts_with(start); });
      const auto found = coding_systems::texts_that_start_with(row, numbers, start);
      RC_ASSERT(std::ranges::equal(found, expected));
      expected = numbers;
    }
  });
}

TEST_CASE("texts that must all be there are found as if searched one by one",
          "[search][modes][property]") {
  rc::prop("find_containing_all == common nodes of find_containing", [] {
    const auto texts = random_texts();
    coding_systems::IndexSource source;
    for (std::size_t i = 0; i < texts.by_code.size(); ++i) {
      for (const Text& text : texts.by_code[i]) {
        source.add_text(std::to_string(i), TextRole::name, written(text));
      }
    }
    const auto release = release_of(source);
    const auto& terms = release->index().terms();
    for (int i = 0; i < 20; ++i) {
      std::vector<std::string> wanted;
      const auto count = *rc::gen::inRange(0, 4);
      for (int j = 0; j < count; ++j) wanted.push_back(written(random_query(texts)));
      std::vector<coding_systems::Node> expected;
      for (std::size_t j = 0; j < wanted.size(); ++j) {
        const auto found = terms.find_containing(wanted[j]);
        if (j == 0) expected = found;
        std::erase_if(expected,
                      [&](auto node) { return !std::ranges::binary_search(found, node); });
      }
      RC_ASSERT(terms.find_containing_all(wanted) == expected);
      const auto candidates = terms.candidates_for_all(wanted);
      RC_ASSERT(std::ranges::is_sorted(candidates));
      RC_ASSERT(std::ranges::includes(candidates, expected));
    }
  });
}

TEST_CASE("words are found in a text without folding it, or the answer is unknown",
          "[search][modes][property]") {
  using coding_systems::WordSearch;
  rc::prop("WordSearch == words of the folded text", [] {
    const auto text = *text_of(30);
    const auto query = words(
        *rc::gen::suchThat(text_of(4), [](const Text& any) { return !words(any, true).empty(); }),
        true);
    const bool last_is_prefix = *rc::gen::arbitrary<bool>();
    const auto is_in = [&](const std::vector<std::string>& of_text) {
      return !std::ranges::search(of_text, query, [&](const auto& word, const auto& wanted) {
                return last_is_prefix && &wanted == &query.back() ? word.starts_with(wanted)
                                                                  : word == wanted;
              }).empty();
    };
    const std::vector<std::string_view> views(query.begin(), query.end());
    const WordSearch search(views, last_is_prefix);
    // The bytes after the text must not matter, even if they continue the word.
    const std::string all =
        written(text) + query.front() + std::string(TextSearch::readable_behind_bytes, 'a');
    const auto searched = std::string_view(all).substr(0, written(text).size());
    const auto answer = search.look(searched);
    const bool is_simple = std::ranges::all_of(
        searched, [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\''; });
    if (answer == WordSearch::Answer::unknown) {
      const bool is_ascii_query = std::ranges::all_of(query, [](const std::string& word) {
        return std::ranges::all_of(word,
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
      });
      RC_ASSERT(!is_simple || !is_ascii_query);
      return;
    }
    RC_ASSERT((answer == WordSearch::Answer::yes) ==
              (is_in(words(text, true)) || is_in(words(text, false))));
  });
}

TEST_CASE("a regular expression finds the same with and without an index",
          "[search][modes][property]") {
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  rc::prop("search == scan", [&] {
    const auto texts = random_texts();
    const auto release = release_of_texts(texts);
    for (int i = 0; i < 30; ++i) {
      const auto pattern = random_pattern(texts);
      RC_LOG() << "pattern: '" << pattern << "'\n";
      const RE2 expression(pattern, options);
      const SearchQuery asked{.mode = SearchMode::regex, .text = pattern};
      if (pattern.empty() || !expression.ok()) {
        RC_ASSERT(!release->search(asked));
        continue;
      }
      const auto expected = scan(
          texts, [&](const Text& text) { return RE2::PartialMatch(written(text), expression); });
      RC_ASSERT(codes_found(*release, asked) == expected);
    }
  });
}

TEST_CASE("how much of a text matches pieces with .* between them is what RE2 says",
          "[search][modes][property]") {
  RE2::Options options;
  options.set_case_sensitive(false);
  using coding_systems::RegexSearch;
  rc::prop("RegexSearch::match == RE2::Match", [&] {
    const auto piece_of_text = rc::gen::map(text_of(3), [](const Text& text) {
      std::string piece = written(text);
      std::erase_if(piece,
                    [](char c) { return std::string("aAbB2sk -").find(c) == std::string::npos; });
      return piece;
    });
    std::string pattern = *piece_of_text + "a";
    const auto more = *rc::gen::inRange(0, 3);
    for (int i = 0; i < more; ++i) pattern += ".*b" + *piece_of_text;
    const auto regex = RegexSearch::compile(pattern);
    RC_ASSERT(static_cast<bool>(regex));
    const RE2 expression(pattern, options);
    for (int i = 0; i < 20; ++i) {
      std::string text = written(*text_of(12));
      if (*rc::gen::inRange(0, 5) == 0) text += "\n" + written(*text_of(4));
      if (*rc::gen::inRange(0, 3) == 0) text = pattern.substr(0, pattern.find('.')) + text;
      const auto matches = [&](RE2::Anchor anchor) {
        return expression.Match(text, 0, text.size(), anchor, nullptr, 0);
      };
      auto expected = RegexSearch::Match::none;
      if (matches(RE2::UNANCHORED)) expected = RegexSearch::Match::part;
      if (matches(RE2::ANCHOR_START)) expected = RegexSearch::Match::start;
      if (matches(RE2::ANCHOR_BOTH)) expected = RegexSearch::Match::whole;
      const std::string all = text + std::string(TextSearch::readable_behind_bytes, 'a');
      const auto searched = std::string_view(all).substr(0, text.size());
      RC_LOG() << "'" << pattern << "' in '" << text << "'\n";
      RC_ASSERT(regex->match(searched) == expected);
      RC_ASSERT(regex->matches(searched) == (expected != RegexSearch::Match::none));
    }
  });
}

TEST_CASE("a page of hits is the best of all, with the description that matched",
          "[search][modes][property]") {
  rc::prop("search_page == sorted scan", [] {
    const auto texts = random_texts();
    const auto release = release_of_texts(texts);
    const auto query = random_query(texts);
    if (words(query, true).empty()) return;
    const auto mode = *rc::gen::elementOf(
        std::vector{SearchMode::words, SearchMode::phrase, SearchMode::starts_with});
    auto wanted = folded(query);
    while (wanted.starts_with(' ')) wanted.erase(0, 1);
    while (wanted.ends_with(' ')) wanted.pop_back();
    using Key = std::tuple<int, std::size_t, bool, std::string>;
    std::vector<Key> expected;
    for (std::size_t i = 0; i < texts.by_code.size(); ++i) {
      std::vector<Key> of_code;
      for (const Text& text : texts.by_code[i]) {
        if (i % 3 == 2 || !matches(mode, text, query)) continue;
        const int start = folded(text) == wanted ? 0 : folded(text).starts_with(wanted) ? 1 : 2;
        of_code.emplace_back(start, written(text).size(), i % 3 == 1, std::to_string(i));
      }
      if (!of_code.empty()) expected.push_back(std::ranges::min(of_code));
    }
    std::ranges::sort(expected);
    const auto offset = *rc::gen::inRange<std::size_t>(0, expected.size() + 3);
    const auto limit = *rc::gen::inRange<std::size_t>(0, 20);
    const auto page = release->search_page({.mode = mode, .text = written(query)}, {offset, limit});
    RC_ASSERT(static_cast<bool>(page));
    RC_ASSERT(page->total == expected.size());
    const auto left = expected.size() - std::min(offset, expected.size());
    RC_ASSERT(page->hits.size() == std::min(limit, left));
    for (std::size_t i = 0; i < page->hits.size(); ++i) {
      const auto& [start, bytes, is_inactive, code] = expected[offset + i];
      RC_ASSERT(std::string(release->code(page->hits[i].node)) == code);
      RC_ASSERT(page->hits[i].matched->size() == bytes);
    }
  });
}

TEST_CASE("prefixes and ranges of codes find exactly the codes in that range",
          "[search][modes][property]") {
  const auto code_of = [](const std::string& digits) {
    return rc::gen::exec([=] {
      std::string code;
      const auto size = *rc::gen::inRange(1, 5);
      for (int i = 0; i < size; ++i) code += *rc::gen::elementOf(digits);
      return code;
    });
  };
  rc::prop("search == scan", [&] {
    coding_systems::IndexSource source;
    std::set<std::string> codes;
    const auto count = *rc::gen::inRange(1, 80);
    for (int i = 0; i < count; ++i) {
      codes.insert(*code_of("AB12"));
      source.add_concept(*codes.rbegin(), 1);
    }
    for (const auto& code : codes) source.add_concept(code, 1);
    const auto release = release_of(source);
    for (int i = 0; i < 30; ++i) {
      const auto first = *code_of("AB12"), last = *code_of("AB12");
      std::set<std::string> with_prefix, in_range;
      for (const auto& code : codes) {
        if (code.starts_with(first)) with_prefix.insert(code);
        if (code >= first && (code <= last || code.starts_with(last))) in_range.insert(code);
      }
      RC_ASSERT(codes_found(*release, {.mode = SearchMode::code_prefix, .text = first}) ==
                with_prefix);
      const SearchQuery range{.mode = SearchMode::code_range, .text = first + ".." + last};
      if (last < first) {
        RC_ASSERT(!release->search(range));
      } else {
        RC_ASSERT(codes_found(*release, range) == in_range);
      }
    }
  });
}

}  // namespace codelog::tests::search_modes_property_test
