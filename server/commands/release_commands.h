// Commands about releases that are no change of a codelist: what a release does to all versions of
// its coding system, and which NHS refsets the site is up to date with.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "server/commands/executor.h"

namespace codelog::commands {

struct RecordRefsetVersion {
  events::RefsetKind kind = events::RefsetKind::pcd;
  std::string release;
  std::string tag;
  std::string release_date;  // YYYY-MM-DD
};

// The organisation whose members record the refsets of a kind.
std::string_view refset_organisation(events::RefsetKind kind);

class ReleaseCommands {
 public:
  explicit ReleaseCommands(Executor& executor) : executor_(executor) {}

  bool is_known(const std::string& alias) const;

  // Called after every version; may be empty.
  using ReportProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

  // Compares every finished version of the release's coding system with it and records the outcome.
  // Takes a millisecond or so a version, and no lock meanwhile: versions that are made while it
  // runs are not in it. Errors: not_found (no such release, or its file is missing), forbidden
  // (administrators only), unavailable (asked to stop).
  Result<Commit> report_upgrades(const Write& write, const std::string& alias,
                                 const ReportProgress& progress, const std::stop_token& stop);
  // The same rows, computed and not recorded: the same as long as versions and releases are.
  Result<events::UpgradesReported> compare_versions(const std::string& alias,
                                                    const ReportProgress& progress,
                                                    const std::stop_token& stop) const;

  // Errors: invalid (naming the field), forbidden (members of refset_organisation() only).
  Result<Commit> record_refset_version(const Write& write, const RecordRefsetVersion& command);

 private:
  Executor& executor_;
};

}  // namespace codelog::commands
