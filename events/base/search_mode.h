// How a search matches its text: a mode of a query to a release, and of the searches of a draft.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace codelog::base {

// Values are stored in events and views: never renumber. coding_systems/base/search_query.h says
// what each mode finds.
enum class SearchMode : std::uint8_t {
  contains = 0,     // OpenCodelists' way, for terms and codes
  words = 1,        // all words, in any order, each as the start of a word
  phrase = 2,       // these words, one after the other
  starts_with = 3,  // a description starts with the text
  regex = 4,
  code_prefix = 5,
  code_range = 6,
  code = 7,  // the coding system's own search by code; of queries only, in no event
};

std::string_view to_string(SearchMode mode);
std::optional<SearchMode> parse_search_mode(std::string_view name);
std::span<const SearchMode> all_search_modes();

}  // namespace codelog::base
