// What a person typed or pasted into a search, as it is searched for and stored. Every way in takes
// a search through both functions. Pure.
#pragma once

#include "server/commands/draft_making.h"

namespace codelog::commands {

// Without what nobody sees at the ends of the text; a code also without the term behind it
// ("51001004 |Asthma|"). The text may be empty then, which search_slug() refuses.
SearchRequest trim_typed_search(SearchRequest typed);

// A code as the release writes it, where it is meant ("j45.0": J450). Patterns, and codes that the
// release does not have, stay as they are.
SearchRequest typed_search_in(const coding_systems::Release& release, SearchRequest trimmed);

}  // namespace codelog::commands
