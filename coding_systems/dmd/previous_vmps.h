// The earlier ids of a release's VMPs: ids that were replaced.
#pragma once

#include <string>
#include <vector>

#include "coding_systems/index/sqlite_file.h"
#include "events/base/result.h"

namespace codelog::coding_systems::dmd {

struct PreviousVmp {
  std::string vpid;
  std::string previous_vpid;
  bool operator==(const PreviousVmp&) const = default;
};

// In the order of the file's rows, without rows of two equal ids, which the publisher's files have.
// Errors: corrupt (not a release of this system), io.
base::Result<std::vector<PreviousVmp>> read_previous_vmps(const SqliteFile& file);

}  // namespace codelog::coding_systems::dmd
