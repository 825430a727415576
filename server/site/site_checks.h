// Checks of a whole site against its log: each commit, the keys of people, the views.
#pragma once

#include <string>
#include <vector>

#include "events/base/digest.h"
#include "events/base/result.h"
#include "events/log_values.h"
#include "server/site/data_folder.h"
#include "server/site/progress.h"

namespace codelog::site {

struct Verification {
  events::Head head;
  std::vector<events::Finding> problems;
};
// Verifies the log (LogMaintenance::verify), and that the keys of all users who were not erased
// open their sealed data. Errors: io.
base::Result<Verification> verify(DataFolder& folder, const ReportProgress& progress);

enum class Rebuild : std::uint8_t {
  check_only,  // only compares
  if_damaged,
};

struct RebuiltViews {
  base::Position position;
  bool are_rebuilt = false;
  // The views in use are damaged or differ, and will be made again when the site is next opened.
  bool are_rebuilt_at_next_open = false;
  bool are_equal = true;
  std::string damage;  // why the views in use cannot be read; empty if they can
  base::Sha256 digest{};
};
// Builds the views from nothing. If the site's own are open, compares the two; otherwise the new
// ones become the site's own, unless only a check is wanted. Errors: io; corrupt (a commit).
base::Result<RebuiltViews> rebuild_views(DataFolder& folder, Rebuild rebuild,
                                         const ReportProgress& progress);

}  // namespace codelog::site
