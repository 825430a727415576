#include "coding_systems/index/search_text.h"

#include "coding_systems/index/code_search.h"
#include "coding_systems/index/regex_search.h"
#include "coding_systems/index/text_fold.h"
#include "events/base/text.h"

namespace codelog::coding_systems {
namespace {

base::Error wrong_text(std::string detail) {
  return base::field_error(base::ErrorCode::invalid, "text", std::move(detail));
}

}  // namespace

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
