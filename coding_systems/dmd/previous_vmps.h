// Which VMPs of a release have had another id before: what is known of ids that were replaced.
#pragma once

#include <string>
#include <vector>

#include "coding_systems/base/sqlite_file.h"
#include "events/base/result.h"

namespace codelog::coding_systems::dmd {

struct PreviousVmp {
  std::string vpid;
  std::string previous_vpid;
  bool operator==(const PreviousVmp&) const = default;
};

// In the order of the file's rows, without ids that are their own predecessors, as the publisher's
// files have them. Errors: corrupt (no release of this system), io.
base::Result<std::vector<PreviousVmp>> read_previous_vmps(const SqliteFile& file);

}  // namespace codelog::coding_systems::dmd
