// Searching for a draft, and what a draft made from a version starts with.
#pragma once

#include "coding_systems/base/search_expansion.h"
#include "server/commands/executor.h"
#include "server/commands/version_contents.h"

namespace codelog::commands {

// More codes than this from one search are refused.
inline constexpr std::size_t search_codes_max = 20'000;

// The slug that a search is known by. Errors: invalid (too short, too long, nothing to search for).
Result<std::string> search_slug(events::SearchKind kind, const std::string& text);

// A search with what it matched. Errors: too_large, in OpenCodelists' words.
Result<coding_systems::SearchExpansion> expand_search(const ReleasePointer& release,
                                                      events::SearchKind kind,
                                                      const std::string& text);

// What a stored search finds on a release, however much that is.
coding_systems::SearchExpansion rerun_search(const ReleasePointer& release,
                                             const events::SearchWithResults& search);

// What a search brings into a draft: the matches' topmost ancestors among themselves, with all
// their descendants; sorted. Errors: too_large, in OpenCodelists' words.
Result<std::vector<std::string>> find_codes(const ReleasePointer& release, events::SearchKind kind,
                                            const std::string& text);

// The codes and statuses of the source as they are; its searches run again on the release; whatever
// those or the hierarchy newly bring is unresolved. A search that now finds too many codes is left
// out, and listed as such. The draft of an old-style version has the table's codes, as far as the
// release knows them. Ids, release and author are left to the caller. Errors: corrupt (a stored
// table that cannot be read).
Result<events::VersionCreated> draft_of(const Views& views,
                                        const projections::VersionRecord& source,
                                        const ReleasePointer& release);

}  // namespace codelog::commands
