// The report of a migration: what was brought, what did not fit, and what was corrected.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "events/base/strong.h"

namespace codelog::migration {

// Things of one kind, e.g. users.
struct BroughtCounts {
  std::uint64_t found = 0;  // in the old site
  std::uint64_t added = 0;
  std::uint64_t changed = 0;
  std::uint64_t removed = 0;  // the old site has them no longer
};

struct MigrationReport {
  bool is_plan = false;  // nothing was written
  BroughtCounts users;
  BroughtCounts organisations;
  BroughtCounts members;
  BroughtCounts releases;
  BroughtCounts mappings;
  BroughtCounts refset_versions;
  BroughtCounts codelists;
  BroughtCounts versions;
  std::uint64_t codes_count = 0;     // in versions that were added or changed
  std::uint64_t searches_count = 0;  // likewise
  // Sentences that name the thing.
  std::vector<std::string> corrected;  // brought in another form
  std::vector<std::string> left_out;   // has no place here
  std::vector<std::string> kept;       // the new site's own changes, which the old site lacks
  std::uint64_t commits_count = 0;
  std::uint64_t events_count = 0;
  base::Position position;  // the end of the log
  double seconds = 0;
};

}  // namespace codelog::migration
