// Restoring a site to a moment of its log: the log is the backup that every site has.
//
// The source is a data folder or an archive. It is only read: its server may be running, and its
// log may be damaged behind the moment. The restored site is a new data folder with a log of its
// own (another id, a higher epoch) that has the same bytes and the same Merkle root up to the
// moment.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "events/archive/destination.h"
#include "events/base/result.h"
#include "projections/past.h"
#include "server/site/progress.h"
#include "server/site/restore_plan.h"

namespace codelog::site {

struct RestoreRequest {
  std::filesystem::path source;  // a data folder; unless there is an archive
  archive::Destination* archive = nullptr;
  // Opens the archive's keys. Without it, people's names and addresses cannot be read.
  std::optional<std::string> passphrase = {};
  // Brings the keys that sign checkpoints too. Only for a site that takes the other one's place.
  bool with_signing_key = false;
  // The witness of the source's log; empty: SOURCE/keys/head-witness.
  std::filesystem::path source_witness = {};
  // Must be absent, empty, or the rest of a restore that did not end.
  std::filesystem::path target;
  // The witness of the new log, which must not exist yet; empty: TARGET/keys/head-witness.
  std::filesystem::path target_witness = {};
  // The last moment to restore; nothing: all.
  std::optional<projections::Moment> moment = {};
  // Brings the files of releases and mappings: as links if both folders are on one volume,
  // otherwise as copies.
  bool with_files = false;
};

struct RestoreReport {
  RestorePlan plan;
  std::uint64_t epoch = 0;  // of the restored log
  base::Sha256 root{};      // of the commits up to the plan's position
  // False if the source's Merkle tree is damaged: then each commit was checked by itself.
  bool is_root_compared = false;
  std::uint64_t keys_count = 0;
  std::vector<std::string> users_without_key;  // besides those who have been erased
  // Users of the restored site who were erased after the moment, even during the restore. New
  // commits erase them again.
  std::vector<std::string> erased_again;
  std::vector<std::string> files_brought;  // relative to the data folder
  // Files of releases and mappings that the target needs and does not have, and why.
  std::vector<std::string> files_missing;
};

// Only reads. Errors: those of plan_restore and of StoredLog::open.
base::Result<RestorePlan> plan_restore(const RestoreRequest& request, const ReportProgress& report);

// Uses two processors: one copies commits while the other builds the views. Memory is that of
// buffers and of the names of all streams.
// Errors: those of plan_restore; conflict (the target is not empty, or is in use); unavailable (no
// room on the volume); corrupt (a commit is damaged, or does not fit; the Merkle root differs); io.
// After an error, what was made in the target is removed. After a kill, the target cannot be opened
// as a site, and a new restore replaces it.
base::Result<RestoreReport> restore_site(const RestoreRequest& request,
                                         const ReportProgress& report);

}  // namespace codelog::site
