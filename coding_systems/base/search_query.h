// A query to a release's search: a text, a mode that says how to match it, and filters.
//
// The modes:
// - contains: a description contains the text, byte for byte, ASCII letters in either case. This is
//   OpenCodelists' search, and the default.
// - words: one description has all the words, in any order, each as the start of one of its words.
// - phrase: one description has the words one after the other, whole, with only characters other
//   than letters and digits between them.
// - starts_with: a description starts with the text.
// - regex: a description matches the regular expression, letters in either case. The dialect is
//   RE2's without \C: Perl's without back-references and look-around, in time linear in the
//   descriptions. ^ and $ are the ends of the description.
// - code_prefix: the code starts with the text as written; if no code does, with letters in either
//   case; if still none does, with the text without its dots ("e10.1" finds E101 in ICD-10).
// - code_range: "E10-E14", "E10 – E14" or "A00..A09". Finds the codes from the first to the
//   second, in the order of codes with letters in either case alike, and the codes that start with
//   the second. Dots at the end of the second do not count, because they pad Read codes. An end
//   that no code starts with is taken without its dots.
// - code: as the coding system's own search by code (Searches::search_by_code).
//
// Some nodes stand for a range of codes (a block of ICD-10). code_prefix and code_range find such a
// node if they find both its ends; code_prefix also finds it by its whole name. Neither finds a
// node that no search by code finds (Searches::is_found_by_code).
//
// Words, phrase and starts_with ignore case and diacritics (text_fold.h).
//
// Plain values and functions without state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/algebra/hierarchy.h"
#include "coding_systems/base/text_role.h"
#include "events/base/search_mode.h"

namespace codelog::coding_systems {

using base::SearchMode;

// True for the modes whose text is a code or a range of codes, not part of a description.
constexpr bool is_by_code(SearchMode mode) { return mode >= SearchMode::code_prefix; }

constexpr std::size_t search_text_bytes_max = 1024;

struct SearchQuery {
  SearchMode mode = SearchMode::contains;
  std::string text;
  // Titles (Descriptions::type_titles), ASCII letters in either case; a code must be listed under
  // one of them. Empty: any type. With types given, every mode except contains also finds codes
  // that no term finds (Searches::is_found_by_term).
  std::vector<std::string> types = {};
  std::optional<bool> active = {};  // as Descriptions::is_active; nothing: either
  bool operator==(const SearchQuery&) const = default;
};

struct SearchPage {
  std::size_t offset = 0;
  std::size_t limit = 100;
};

struct SearchHit {
  Node node = 0;
  // The best matching description; for modes by code, the name. Nothing if there is none.
  std::optional<std::string_view> matched;
  TextRole role = TextRole::name;  // of `matched`
};

struct SearchHits {
  std::size_t total = 0;  // hits on all pages
  // Best first. A hit is better if its description is exactly the text (ignoring case and
  // diacritics; for a regular expression, if the whole description matches), then if its
  // description starts with the text, is shorter (in bytes), if its code is active, if its code is
  // smaller. For modes by code: in the order of codes.
  std::vector<SearchHit> hits;
};

}  // namespace codelog::coding_systems
