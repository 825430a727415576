#include "events/base/search_mode.h"

#include <array>

namespace codelog::base {
namespace {

constexpr std::array modes = {SearchMode::contains,    SearchMode::words, SearchMode::phrase,
                              SearchMode::starts_with, SearchMode::regex, SearchMode::code_prefix,
                              SearchMode::code_range,  SearchMode::code};
constexpr std::array<std::string_view, modes.size()> mode_names = {
    "contains", "words", "phrase", "starts_with", "regex", "code_prefix", "code_range", "code"};

}  // namespace

std::string_view to_string(SearchMode mode) { return mode_names[static_cast<std::size_t>(mode)]; }

std::optional<SearchMode> parse_search_mode(std::string_view name) {
  for (const SearchMode mode : modes) {
    if (to_string(mode) == name) return mode;
  }
  return std::nullopt;
}

std::span<const SearchMode> all_search_modes() { return modes; }

}  // namespace codelog::base
