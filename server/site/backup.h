// Backing up a site that is open and may be served: its log, the files of its releases and
// mappings, and its keys if they are asked for. Nobody waits for it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "events/archive/destination.h"
#include "events/archive/manifest.h"
#include "server/site/data_folder.h"
#include "server/site/progress.h"

namespace codelog::site {

struct BackupRequest {
  archive::Destination& destination;
  // Copies the files of releases and mappings; otherwise they are only listed, with their digests.
  bool with_files = false;
  // Adds the site's keys, sealed with this passphrase.
  std::optional<std::string> passphrase = std::nullopt;
};

struct BackupReport {
  archive::RestorePoint point;
  std::uint64_t new_commits_count = 0;  // that the archive did not have
  std::uint64_t segments_count = 0;     // of the whole archive, as are the next two
  std::uint64_t segments_bytes = 0;
  std::uint64_t raw_bytes = 0;
  std::vector<std::string> files_copied;
  std::vector<std::string> files_missing;  // they were to be copied; with the reason
};

// Adds what is new, and a restore point. After an error or a kill, the archive is as it was, or has
// a part of the new commits; a new backup goes on from there. The views must be open. Errors: those
// of ArchiveWriter; unavailable (stopped).
base::Result<BackupReport> back_up(DataFolder& folder, const BackupRequest& request,
                                   const ReportProgress& report);

// The name of the site's log in its checkpoints; empty if it has none yet.
std::string log_origin(const DataFolder& folder);

}  // namespace codelog::site
