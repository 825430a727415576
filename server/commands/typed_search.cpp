#include "server/commands/typed_search.h"

#include <optional>

#include "coding_systems/base/typed_code.h"
#include "coding_systems/index/text_fold.h"
#include "events/base/text.h"

namespace codelog::commands {

using coding_systems::SearchMode;

namespace {

// The system whose own search by code takes patterns ("J45*").
constexpr std::string_view system_of_patterns = "icd10";

// False for control characters, which check_line() refuses.
bool is_space(std::string_view character) {
  return static_cast<unsigned char>(character.front()) >= ' ' &&
         base::trim_unicode_space(character).empty();
}

// The text with one space for every run of Unicode's spaces.
std::string with_single_spaces(std::string_view text) {
  std::string single;
  single.reserve(text.size());
  bool is_after_space = false;
  while (!text.empty()) {
    const auto character = text.substr(0, base::first_code_point(text).bytes);
    text.remove_prefix(character.size());
    const bool is_now_space = is_space(character);
    if (!is_now_space) single += character;
    if (is_now_space && !is_after_space) single += ' ';
    is_after_space = is_now_space;
  }
  return single;
}

// The pattern with its stem in the form of codes ("j45.*": "J45*"); nothing if the text is none.
std::optional<std::string> typed_pattern(std::string_view text) {
  if (!text.ends_with('*')) return std::nullopt;
  const std::string_view stem = text.substr(0, text.find_last_not_of('*') + 1);
  const std::string normal = coding_systems::normal_code(system_of_patterns, stem);
  return normal.empty() ? std::string(text) : normal + "*";
}

}  // namespace

SearchRequest trim_typed_search(SearchRequest typed) {
  const bool is_one_code =
      typed.kind == events::SearchKind::code && typed.mode != SearchMode::code_range;
  typed.text = is_one_code ? coding_systems::trim_typed_code(typed.text)
                           : coding_systems::trim_unseen(typed.text);
  const bool has_plain_spaces =
      typed.kind == events::SearchKind::term && typed.mode != SearchMode::regex;
  if (has_plain_spaces) typed.text = with_single_spaces(typed.text);
  return typed;
}

SearchRequest typed_search_in(const coding_systems::Release& release, SearchRequest trimmed) {
  if (trimmed.kind != events::SearchKind::code || trimmed.mode != SearchMode::contains) {
    return trimmed;
  }
  if (release.system().id == system_of_patterns) {
    if (auto pattern = typed_pattern(trimmed.text)) {
      trimmed.text = std::move(*pattern);
      return trimmed;
    }
  }
  if (const auto node = coding_systems::find_typed_code(release, trimmed.text)) {
    trimmed.text = release.code(*node);
  }
  return trimmed;
}

}  // namespace codelog::commands
