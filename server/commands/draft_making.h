// What a draft made from a version starts with.
#pragma once

#include "server/commands/executor.h"

namespace codelog::commands {

// The codes and statuses of the source as they are; its searches run again on the release; whatever those or the
// hierarchy newly bring is unresolved. A search that now finds more than 20,000 codes is left out. The draft of an
// old-style version has the table's codes, as far as the release knows them.
// Ids, release and author are left to the caller. Errors: corrupt (a stored table that cannot be read).
Result<events::VersionCreated> draft_of(const Views& views,
                                        const projections::VersionRecord& source,
                                        const coding_systems::Release& release);

// What a search finds: the matches' topmost ancestors among themselves, with all their descendants; sorted codes.
std::vector<std::string> find_codes(const coding_systems::Release& release,
                                    events::SearchKind kind, const std::string& text);

}  // namespace codelog::commands
