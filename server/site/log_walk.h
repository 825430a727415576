// Verifies a log in small steps, so that it can be done beside a server's work, and go on after a
// restart: each commit's checksum and content, its leaf and all tiles of the Merkle tree, the
// indexes of its streams, and the root. LogMaintenance::verify() checks more (idempotency keys, the
// heads of streams, the witness), but only at once. Not thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "events/commit.h"
#include "events/log.h"
#include "server/site/verification_ledger.h"

namespace codelog::site {

class LogWalk {
 public:
  static constexpr std::size_t findings_max = 100;

  // From the first commit up to the log's head. The log must outlive the walk.
  LogWalk(const events::EventLog& log, base::Timestamp now);
  // Goes on with one that was interrupted; begins again if the log does not begin with the commits
  // that it read.
  LogWalk(const events::EventLog& log, VerificationWalk begun, base::Timestamp now);

  // Reads on for about this time, at least some commits.
  void step(std::chrono::microseconds time);
  bool is_done() const { return is_done_; }

  const VerificationWalk& state() const { return state_; }
  const std::vector<events::Finding>& findings() const { return findings_; }

 private:
  void begin(base::Timestamp now);
  void check_next();
  void check_streams(base::Position position);
  void add_leaf(base::Position position, const std::optional<events::Hash>& computed);
  void finish();
  void add(base::Position position, std::string detail);

  const events::EventLog& log_;
  VerificationWalk state_;
  std::vector<events::Finding> findings_;
  events::CommitDraft draft_;
  bool is_root_known_ = true;  // false after a leaf that neither its commit nor its tile gave
  bool is_done_ = false;
};

}  // namespace codelog::site
