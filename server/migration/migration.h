// Brings an OpenCodelists site into this one: its accounts, releases, mappings and codelists, with
// their ids, times and authors, as events.
//
// The old site is only read; its server may be running. A run compares the two sites and appends
// the differences. So an interrupted run is simply repeated, and a later run brings what the old
// site has changed since. Everything is checked before anything is written: what the migration does
// not know is refused by name.
#pragma once

#include <filesystem>
#include <optional>

#include "events/base/result.h"
#include "server/migration/report.h"
#include "server/migration/verification.h"
#include "server/site/data_folder.h"
#include "server/site/progress.h"

namespace codelog::migration {

struct MigrationRequest {
  std::filesystem::path storage;  // the old site's folder, with db.sqlite3 and coding_systems/
  bool dry_run = false;           // write nothing; the report says what would be written
  bool verify = false;            // then compare the two sites
};

struct MigrationOutcome {
  MigrationReport report;
  std::optional<VerificationReport> verification;
};

// Errors: not_found (no database in the folder); conflict (the database has something unknown or a
// value that does not fit, or this site has changes of its own in the way: with all reasons, and
// nothing was written); unavailable (the database or a release file is being written, or nobody
// waits any longer); corrupt, io, and those of Log::append(). Unless it is a conflict, something
// may have been written: the detail tells how much, it stays, and the next run goes on.
base::Result<MigrationOutcome> migrate_site(site::DataFolder& folder,
                                            const MigrationRequest& request,
                                            const site::ReportProgress& progress);

}  // namespace codelog::migration
