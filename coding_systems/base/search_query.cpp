#include "coding_systems/base/search_query.h"

#include <algorithm>
#include <array>

#include "coding_systems/base/code_search.h"
#include "coding_systems/base/regex_search.h"
#include "coding_systems/base/text_fold.h"
#include "events/base/text.h"

namespace codelog::coding_systems {
namespace {

struct NamedMode {
  SearchMode mode;
  std::string_view name;
};

constexpr std::array named_modes = {
    NamedMode{SearchMode::contains, "contains"},
    NamedMode{SearchMode::words, "words"},
    NamedMode{SearchMode::phrase, "phrase"},
    NamedMode{SearchMode::starts_with, "starts_with"},
    NamedMode{SearchMode::regex, "regex"},
    NamedMode{SearchMode::code_prefix, "code_prefix"},
    NamedMode{SearchMode::code_range, "code_range"},
    NamedMode{SearchMode::code, "code"},
};

base::Error wrong_text(std::string detail) {
  return base::field_error(base::ErrorCode::invalid, "text", std::move(detail));
}

}  // namespace

std::string_view to_string(SearchMode mode) {
  return std::ranges::find(named_modes, mode, &NamedMode::mode)->name;
}

std::optional<SearchMode> parse_search_mode(std::string_view name) {
  const auto* const found = std::ranges::find(named_modes, name, &NamedMode::name);
  if (found == named_modes.end()) return std::nullopt;
  return found->mode;
}

std::span<const SearchMode> all_search_modes() {
  static constexpr auto modes = [] {
    std::array<SearchMode, named_modes.size()> all{};
    std::ranges::transform(named_modes, all.begin(), &NamedMode::mode);
    return all;
  }();
  return modes;
}

bool is_by_code(SearchMode mode) { return mode >= SearchMode::code_prefix; }

base::Result<void> check_search_text(SearchMode mode, std::string_view text) {
  if (text.empty()) return wrong_text("is empty");
  if (text.size() > search_text_bytes_max) {
    return wrong_text("has over " + std::to_string(search_text_bytes_max) + " bytes");
  }
  if (!base::is_utf8(text)) return wrong_text("is not well-formed UTF-8");
  switch (mode) {
    case SearchMode::contains:
    case SearchMode::code:
    case SearchMode::code_prefix:
      return {};
    case SearchMode::words:
    case SearchMode::phrase:
    case SearchMode::starts_with:
      if (words_of(fold_text(text)).empty()) return wrong_text("must have a letter or a digit");
      return {};
    case SearchMode::regex: {
      const auto compiled = RegexSearch::compile(text);
      return compiled ? base::Result<void>() : compiled.error();
    }
    case SearchMode::code_range: {
      const auto range = parse_code_range(text);
      return range ? base::Result<void>() : range.error();
    }
  }
  return {};
}

}  // namespace codelog::coding_systems
