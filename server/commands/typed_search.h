// Turns a typed or pasted search into the one that is run and stored. Every request passes both
// functions. Pure.
#pragma once

#include "server/commands/draft_making.h"

namespace codelog::commands {

// Removes invisible characters at the ends of the text, and the term after a code ("51001004
// |Asthma|"). In a term that is not a regular expression, replaces runs of spaces by one space. The
// text may then be empty, which search_slug() refuses.
SearchRequest trim_typed_search(SearchRequest typed);

// Replaces a code by the release's form, where the meaning is clear ("j45.0": J450), and so the
// stem of a pattern of ICD-10 ("J45.*": J45*). Codes that the release does not have stay unchanged.
SearchRequest typed_search_in(const coding_systems::Release& release, SearchRequest trimmed);

}  // namespace codelog::commands
