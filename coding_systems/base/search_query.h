// What can be asked of a release's search: a text, how it is matched, and filters.
//
// The modes:
//
// - contains: a description contains the text, bytes as they are, ASCII letters in either case.
//   What OpenCodelists does, and the default.
//
// - words: one description has all the words, in any order, each as the start of one of its words.
//
// - phrase: one description has the words one after the other, whole, with anything that is neither
//   letter nor digit between them.
//
// - starts_with: a description starts with the text.
//
// - regex: a description matches the regular expression, letters in either case. The dialect is
//   RE2's without \C: Perl's without back-references and look-around, in time linear in the
//   descriptions; ^ and $ are the description's ends.
//
// - code_prefix: the code starts with the text: as it is written; if none does, with letters in
//   either case; if none does, without its dots ("e10.1" finds E101 in ICD-10).
//
// - code_range: "E10-E14" or "A00..A09": the codes from the first to the second, in the order of
//   codes with letters in either case alike, and those that start with the second, whose dots at
//   the end do not count (they pad Read codes). Either is taken without its dots where no code
//   starts with it otherwise.
//
// - code: what the coding system's own search by code finds (Release::search_by_code).
//
// A node that stands for a range of codes (a block of ICD-10) is found by code_prefix and
// code_range where both its ends are, and by its whole name as a prefix; what no search by code
// finds (Release::is_found_by_code), by neither.
//
// Words, phrase and starts_with are blind to case and diacritics (text_fold.h).
//
// Plain values and functions without state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/hierarchy.h"
#include "coding_systems/base/index_source.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

enum class SearchMode : std::uint8_t {
  contains,
  words,
  phrase,
  starts_with,
  regex,
  code_prefix,
  code_range,
  code,
};
std::string_view to_string(SearchMode mode);
std::optional<SearchMode> parse_search_mode(std::string_view name);
std::span<const SearchMode> all_search_modes();
// True for the modes whose text is a code or codes, not part of a description.
bool is_by_code(SearchMode mode);

constexpr std::size_t search_text_bytes_max = 1024;

struct SearchQuery {
  SearchMode mode = SearchMode::contains;
  std::string text;
  // Titles (Release::type_titles), ASCII letters in either case; a code must be listed under one of
  // them. Empty: any. Codes that are found by no term (Release::is_found_by_term) are found by the
  // modes other than contains where types are given.
  std::vector<std::string> types = {};
  std::optional<bool> active = {};  // as Release::is_active; nothing: either
  bool operator==(const SearchQuery&) const = default;
};

// Whether the text can be searched for in its mode, whatever the release. Errors: invalid, naming
// "text": empty, over search_text_bytes_max, not UTF-8, without a letter or digit where words are
// asked, no regular expression or one that is too large, no range.
base::Result<void> check_search_text(SearchMode mode, std::string_view text);

struct SearchPage {
  std::size_t offset = 0;
  std::size_t limit = 100;
};

struct SearchHit {
  Node node = 0;
  // The best description that matches; of modes by code, the name. Nothing where there is none.
  std::optional<std::string_view> matched;
  TextRole role = TextRole::name;  // of `matched`
};

struct SearchHits {
  std::size_t total = 0;  // on all pages
  // Best first: the description is what was asked for (blind to case and diacritics; the whole of
  // it matches the regular expression), it starts with that, it is shorter (in bytes), the code is
  // active, the code is smaller. By code: in the order of codes.
  std::vector<SearchHit> hits;
};

}  // namespace codelog::coding_systems
