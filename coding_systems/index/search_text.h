// Whether a text can be searched for.
#pragma once

#include <string_view>

#include "coding_systems/base/search_query.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

// Checks the text of a search in its mode, whatever the release. Errors: invalid, naming "text":
// empty, over search_text_bytes_max, not UTF-8, no letter or digit in a search for words, not a
// regular expression or one that is too large, not a range.
base::Result<void> check_search_text(SearchMode mode, std::string_view text);

}  // namespace codelog::coding_systems
