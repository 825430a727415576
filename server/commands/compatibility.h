// The newer releases on which a version is the same.
#pragma once

#include <string>
#include <vector>

#include "server/commands/executor.h"

namespace codelog::commands {

// The ready releases of the version's coding system after its own, oldest first.
std::vector<projections::ReleaseRecord> newer_releases(const Views& views,
                                                       const projections::VersionRecord& version);

// The aliases of the releases in `newer` on which the version is the same. A release that fails to
// open now, or comes after request_searches_work_max has been used up, is left to the report on it.
std::vector<std::string> compatible_releases(const Site& site, const Views& views,
                                             const projections::VersionRecord& version,
                                             const std::vector<projections::ReleaseRecord>& newer);

}  // namespace codelog::commands
