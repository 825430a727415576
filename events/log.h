// The durable, ordered record of everything that happened.
//
// One process may open a folder. All functions are safe from any thread. append() returns only when the commit is on
// the disk *and* the observer has seen it: a writer that got its answer reads its own write. Appends of many threads
// are committed in groups, one fsync each, by one committer thread that drains a bounded queue (a full queue makes
// append() wait). Positions are dense and visible in order.
//
// After the first I/O error the log latches: every later append fails with `unavailable` until the process is
// restarted, because a failed fsync must never be retried (the kernel may have dropped the dirty pages).
//
// Layout, options and the fault model: events/README.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/base/digest.h"
#include "events/base/result.h"
#include "events/commit.h"

namespace codelog::events {

// Where the log ends: position of the last commit, root of the Merkle tree over all commits up to it, and the epoch
// (how often a log folder was taken into use: raised by restore, so that two histories are never mixed up).
struct Head {
  base::Position position;
  base::Sha256 root{};
  std::uint64_t epoch = 1;
  bool operator==(const Head&) const = default;
};

struct Appended {
  Commit commit;           // as stored; the earlier one when `duplicate`
  bool duplicate = false;  // the idempotency key had acted before; nothing was appended
};

enum class Direction { forward, backward };

// A commit that cannot be read: its bytes are not what was written. Others go on being readable.
struct Damaged {
  base::Position position;
  std::string detail;
};

// Reads commits one after the other. Sees what was durable when it was made; not thread-safe itself.
class CommitReader {
 public:
  virtual ~CommitReader() = default;
  // The next commit; nothing at the end. A damaged record gives an Error (corrupt) naming its position, and the
  // reader then goes on behind it.
  virtual std::optional<base::Result<Commit>> next() = 0;
};

struct LogOptions {
  std::filesystem::path folder;        // DATA/log
  std::filesystem::path witness_file;  // the head witness, on another volume where ops have one
  bool create_if_missing = true;
  std::size_t queue_commits_max = 4096;
  // Only for the control of the power-loss test: acknowledges before the disk has it.
  bool sync = true;
};

class EventLog {
 public:
  // Errors: io; corrupt, with the steps to repair, when the log ends before its witness or with another root.
  static base::Result<std::unique_ptr<EventLog>> open(LogOptions options);
  virtual ~EventLog() = default;

  // Called on the committer thread with every durable group of commits, in order, before their writers are
  // answered. Set once, before the first append.
  using Observer = std::function<void(std::span<const Commit>)>;
  virtual void set_observer(Observer observer) = 0;

  // Errors: conflict (a stream has moved; the detail names it), unprocessable (idempotency key reused),
  // too_large, unavailable (latched).
  virtual base::Result<Appended> append(CommitDraft draft) = 0;

  // The commit that this key of this actor made before, if any; a command asks before it decides, because what was
  // possible then may not be now. Errors: unprocessable when the request digest differs.
  virtual base::Result<std::optional<Commit>> find_idempotent(const std::string& actor,
                                                              const IdempotencyKey& key) const = 0;

  virtual Head head() const = 0;
  virtual bool latched() const = 0;
  // The stream's version including commits that are sequenced but not yet durable.
  virtual base::StreamVersion stream_version(const std::string& stream) const = 0;

  virtual base::Result<Commit> read(base::Position position) const = 0;
  // The stored bytes of a commit, for export and verification.
  virtual base::Result<std::string> read_bytes(base::Position position) const = 0;
  // All commits from `first` on (forward), or from `first` down to 1 (backward).
  virtual std::unique_ptr<CommitReader> read_all(base::Position first, Direction direction) const = 0;
  // The commits that touched a stream, from its version `first` (1 is the first commit) in the given direction.
  virtual std::unique_ptr<CommitReader> read_stream(const std::string& stream,
                                                    base::StreamVersion first,
                                                    Direction direction) const = 0;
  // Waits until `position` is durable and observed. False after the timeout.
  virtual bool wait_for(base::Position position, std::chrono::milliseconds timeout) const = 0;

  // RFC 6962. `size` is a number of commits (position of the last); errors: invalid when beyond the head.
  virtual base::Result<base::Sha256> root(std::uint64_t size) const = 0;
  virtual base::Result<std::vector<base::Sha256>> inclusion_proof(base::Position position,
                                                                  std::uint64_t size) const = 0;
  virtual base::Result<std::vector<base::Sha256>> consistency_proof(std::uint64_t first_size,
                                                                    std::uint64_t size) const = 0;
};

}  // namespace codelog::events
