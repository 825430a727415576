// Commands about releases that do not change a codelist: registering imported ones, the report on a
// release's effect on all versions of its system, and the NHS refsets that the site is up to date
// with.
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

// The organisation whose members record refsets of this kind.
std::string_view refset_organisation(events::RefsetKind kind);

// "opcs4_unknown_19000101": the release for tables whose release nobody knows.
std::string unknown_release_alias(std::string_view coding_system);

class ReleaseCommands {
 public:
  explicit ReleaseCommands(Executor& executor) : executor_(executor) {}

  // Called after every version; may be empty.
  using ReportProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

  // Errors: forbidden (not an administrator), not_found (no such release), invalid (naming
  // "release": not ready, or without a file).
  Result<void> check_report(const Actor& actor, const std::string& alias) const;
  // Compares the release with every finished version of its coding system on an older release.
  // Gives the same rows for the same versions and releases. Takes some milliseconds for every
  // thousand codes, without a lock: versions made meanwhile are left out. Errors: not_found (no
  // such release, or its file is missing), unavailable (asked to stop).
  Result<events::UpgradesReported> compare_versions(const std::string& alias,
                                                    const ReportProgress& progress,
                                                    const std::stop_token& stop) const;
  // Records the result of compare_versions(). Errors: those of Executor::run.
  Result<Commit> record_report(const Write& write, const events::UpgradesReported& report);

  // The release's file must be in its place. Registering it again is allowed. Errors: forbidden
  // (not an administrator), invalid (naming "valid_from"), conflict (naming "release": the alias
  // belongs to a release with another name or day).
  Result<Commit> register_release(const Write& write, const events::ReleaseRegistered& release);
  // Registers the missing unknown releases: one, without a file, for each coding system that
  // accepts tables without a release. Every site has these, like every OpenCodelists. Errors: those
  // of Executor::run.
  Result<Commit> register_unknown_releases(const Write& write);

  // Errors: invalid (naming the field), forbidden (not a member of refset_organisation()).
  Result<Commit> record_refset_version(const Write& write, const RecordRefsetVersion& command);

 private:
  Executor& executor_;
};

}  // namespace codelog::commands
