// A drill: proves that an archive can be restored, by restoring it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "events/archive/destination.h"
#include "server/site/progress.h"
#include "server/site/restore.h"

namespace codelog::site {

struct DrillRequest {
  archive::Destination& destination;
  std::filesystem::path scratch = {};  // a folder is made there; empty: TMPDIR or /tmp
  // The moment is one of the last so many commits.
  std::uint64_t recent_commits_count = 10'000;
  std::optional<std::string> passphrase = std::nullopt;
};

struct DrillReport {
  RestoreReport restored;
  bool are_views_equal = true;        // to those built again from the restored log
  std::vector<std::string> problems;  // empty if the archive can be relied on
};

// Restores the site to a random moment into a folder that is removed afterwards, verifies the
// restored log, and builds its views a second time to compare them. Errors: those of
// restore_site().
base::Result<DrillReport> drill(const DrillRequest& request, const ReportProgress& report);

}  // namespace codelog::site
