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

// "opcs4_unknown_19000101": the release of tables of which nobody knows the release.
std::string unknown_release_alias(std::string_view coding_system);

class ReleaseCommands {
 public:
  explicit ReleaseCommands(Executor& executor) : executor_(executor) {}

  // Called after every version; may be empty.
  using ReportProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

  // Errors: forbidden (administrators only), not_found (no such release), invalid (naming
  // "release": it is not ready, or has no file).
  Result<void> check_report(const Actor& actor, const std::string& alias) const;
  // Compares every finished version of the release's coding system that was made on an older
  // release with it. The same rows as long as versions and releases are. Takes some milliseconds
  // for every thousand codes, and no lock meanwhile: versions that are made while it runs are not
  // in it. Errors: not_found (no such release, or its file is missing), unavailable (asked to
  // stop).
  Result<events::UpgradesReported> compare_versions(const std::string& alias,
                                                    const ReportProgress& progress,
                                                    const std::stop_token& stop) const;
  // Records what compare_versions() came to. Errors: those of Executor::run.
  Result<Commit> record_report(const Write& write, const events::UpgradesReported& report);

  // Registers the unknown release, without a file, of each coding system that takes tables without
  // one, where it is missing. Every site has these, as every OpenCodelists has. Errors: those of
  // Executor::run.
  Result<Commit> register_unknown_releases(const Write& write);

  // Errors: invalid (naming the field), forbidden (members of refset_organisation() only).
  Result<Commit> record_refset_version(const Write& write, const RecordRefsetVersion& command);

 private:
  Executor& executor_;
};

}  // namespace codelog::commands
