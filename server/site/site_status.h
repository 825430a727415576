// What an operator wants to know of a site: numbers, and what needs a person. The same for `codelog
// status`, /health-check/?details and /metrics, with and without a server.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "events/base/clock.h"
#include "server/site/archive_status.h"
#include "server/site/data_folder.h"
#include "server/site/verification_ledger.h"

namespace codelog::site {

// Something that needs a person. tools/operations.md has a section for each name.
struct Concern {
  std::string name;    // "release_missing"
  std::string text;    // what is so, for everybody: names no place on this machine
  std::string action;  // what to do, for operators
};

struct WitnessStatus {
  std::filesystem::path file;
  std::optional<std::uint64_t> position;  // nothing: it cannot be read
  bool is_on_volume_of_log = false;
};

struct SigningKeyStatus {
  std::string key;  // the verifier key
  base::Timestamp made_at;
  bool signs = false;
};

struct SiteStatusReport {
  base::Timestamp now;
  events::Head head;
  std::optional<base::Timestamp> last_commit_at;  // nothing: no commit, or it cannot be read
  bool takes_writes = true;
  WitnessStatus witness;
  std::uint64_t views_lag_commits = 0;
  std::uint64_t free_bytes = 0;  // on the log's volume
  std::uint64_t free_bytes_min = 0;
  std::uint64_t files_count = 0;           // registered: of releases and mappings
  std::vector<std::string> missing_files;  // of releases and mappings, below the data folder
  std::optional<VerificationResult> last_verification;
  std::optional<VerificationWalk> running_verification;
  std::vector<SigningKeyStatus> signing_keys;  // newest first
  std::uint64_t users_count = 0;               // who were not erased
  std::uint64_t unreadable_users_count = 0;
  ArchiveStatus archive;
  std::vector<Concern> concerns;
};

// Below this, a person should make room, long before the log refuses writes.
inline constexpr std::uint64_t free_bytes_low = std::uint64_t{2} << 30;

// Reads the witness, and whether files are there; cheap enough to be asked every few seconds. The
// views may be closed or damaged; what only they know is then left out. Thread-safe.
SiteStatusReport report_status(DataFolder& folder, const ArchiveStatus& archive);

}  // namespace codelog::site
