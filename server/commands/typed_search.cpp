#include "server/commands/typed_search.h"

#include "coding_systems/base/typed_code.h"

namespace codelog::commands {

using coding_systems::SearchMode;

SearchRequest trim_typed_search(SearchRequest typed) {
  const bool is_one_code =
      typed.kind == events::SearchKind::code && typed.mode != SearchMode::code_range;
  typed.text = is_one_code ? coding_systems::trim_typed_code(typed.text)
                           : coding_systems::trim_unseen(typed.text);
  return typed;
}

SearchRequest typed_search_in(const coding_systems::Release& release, SearchRequest trimmed) {
  if (trimmed.kind != events::SearchKind::code || trimmed.mode != SearchMode::contains) {
    return trimmed;
  }
  if (const auto node = coding_systems::find_typed_code(release, trimmed.text)) {
    trimmed.text = release.code(*node);
  }
  return trimmed;
}

}  // namespace codelog::commands
