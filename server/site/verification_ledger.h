// What is known of verifications of the log: the last one and its result, and how far the running
// one in the background has come. In a small file, DATA/verification.json, which may be lost: then
// the log is verified again from its first commit, and the date of the last time is not known.
// Nobody else reads it, and nothing else depends on it. Thread-safe; readers never wait for a disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "events/base/clock.h"
#include "events/base/digest.h"
#include "events/base/mutex.h"
#include "events/base/result.h"
#include "events/merkle.h"

namespace codelog::site {

struct VerificationResult {
  base::Timestamp begun_at;
  base::Timestamp ended_at;
  std::uint64_t commits_count = 0;  // that were read
  std::uint64_t problems_count = 0;
  std::string first_problem;  // empty: none
  bool operator==(const VerificationResult&) const = default;
};

// A verification that has not ended.
struct VerificationWalk {
  base::Timestamp begun_at;
  std::uint64_t commits_count = 0;  // to be read in all
  base::Sha256 root{};              // of the log of so many commits, when it began
  events::MerkleTree tree;          // made of the commits that were read
};

class VerificationLedger {
 public:
  // Without the file, or with one that cannot be understood, nothing is known.
  explicit VerificationLedger(std::filesystem::path file);

  std::optional<VerificationResult> last() const;
  std::optional<VerificationWalk> walk() const;
  // Each writes the file. Errors: io; the value counts for this process even then.
  base::Result<void> note(const VerificationResult& result);
  base::Result<void> save_walk(const std::optional<VerificationWalk>& walk);

 private:
  void read();
  std::string text() const REQUIRES(mutex_);

  const std::filesystem::path file_;
  base::Mutex writing_;  // held while the file is written, and taken before mutex_
  mutable base::Mutex mutex_;
  std::optional<VerificationResult> last_ GUARDED_BY(mutex_);
  std::optional<VerificationWalk> walk_ GUARDED_BY(mutex_);
};

}  // namespace codelog::site
