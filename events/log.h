// The durable, ordered record of everything that happened.
//
// One process may open a folder. All functions are safe from any thread. append() returns only when
// the commit is on the disk *and* the observer has seen it: a writer that got its answer reads its
// own write. Appends of many threads are committed in groups, one fsync and one group at a time,
// from a bounded queue (a full queue makes append() wait): by a committer thread, or by a writer
// that finds nobody committing. Positions are dense and visible in order.
//
// After the first I/O error the log latches: every later append fails with `unavailable` until the
// process is restarted, because a failed fsync must never be retried (the kernel may have dropped
// the dirty pages).
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

// Where the log ends: position of the last commit, root of the Merkle tree over all commits up to
// it, and the epoch (how often a log folder was taken into use: raised by restore, so that two
// histories are never mixed up).
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

// Reads commits one after the other. Sees what was durable when it was made; not thread-safe
// itself. Must not outlive its log. May be kept for as long as you like: it holds no snapshot and
// blocks nothing.
class CommitReader {
 public:
  virtual ~CommitReader() = default;
  // The next commit, into memory that is used again (twice as fast as next() when replaying many
  // small commits); false at the end. A damaged record gives an Error (corrupt) naming its
  // position, and the reader then goes on behind it; so a caller that goes on after an error comes
  // to the end.
  virtual base::Result<bool> next_into(Commit& commit) = 0;
  // The same as a new value; nothing at the end.
  std::optional<base::Result<Commit>> next();
};

struct LogOptions {
  std::filesystem::path folder;  // DATA/log
  std::filesystem::path
      witness_file;  // on another volume where ops have one; empty: <folder>.witness
  bool create_if_missing = true;
  // Open a log that is not empty without its witness, and make a new one: for ops who know that it
  // is whole.
  bool accept_missing_witness = false;
  // The log's epoch is raised to this. A restore passes one more than the epoch it restored from.
  std::uint64_t epoch_min = 1;
  std::size_t queue_commits_max = 4096;
  std::size_t queue_bytes_max = 256u << 20;
  // Commits are kept in memory, and in the write-ahead log, up to this size before they become a
  // table file. The next open reads up to twice as much again.
  std::size_t memory_bytes = 64u << 20;
  // append() refuses while the volume has less than this.
  std::uint64_t free_bytes_min = 64u << 20;
  // How long append() and find_idempotent() wait for the disk. A writer that commits on its own
  // thread is not answered before the disk does.
  std::chrono::milliseconds append_wait_max{30'000};
  // How much later than the log the witness may reach the disk. (A crash of the process alone loses
  // none of it.)
  std::chrono::milliseconds witness_sync_interval{250};
  // Only for the control of the power-loss test: acknowledges before the disk has it.
  bool sync = true;
};

// Something in a log that is not as it was written; position 0 where it is about no single commit.
struct Finding {
  base::Position position;
  std::string detail;
};

// Why a log takes no commits at the moment.
struct Refusal {
  std::string reason;  // for clients: names no file
  std::string cause;   // for the server's log; may be empty
};

using VerifyProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

class EventLog {
 public:
  // Errors: not_found (nothing there, and not to be created), unavailable (another process has it
  // open), io, and corrupt, with what to do, when the log is damaged, ends before its witness, or
  // with another root. A damaged commit among the last 255 opens the log latched: it can be read,
  // but not be added to.
  static base::Result<std::unique_ptr<EventLog>> open(LogOptions options);
  virtual ~EventLog() = default;

  // Called with every durable group of commits, on the thread that has committed it, one group at a
  // time and in order, before their writers are answered and before head() and readers show them.
  // Must not append. Set once, before the first append.
  using Observer = std::function<void(std::span<const Commit>)>;
  virtual void set_observer(Observer observer) = 0;

  // Errors: conflict (a stream has moved; the detail names it), unprocessable (idempotency key
  // reused), invalid, too_large, unavailable (latched, too little space on the volume, or the disk
  // has not answered in append_wait_max).
  // After `unavailable` from a write that failed or took too long the commit may or may not be
  // stored; its idempotency key tells later.
  // `sequenced` is called on the caller's thread once the commit has its place and before it is
  // durable: whatever is appended from then on comes after it, and only together with it. It is not
  // called when nothing is appended (an error; a duplicate).
  using Sequenced = std::function<void()>;
  virtual base::Result<Appended> append(CommitDraft draft, const Sequenced& sequenced) = 0;
  base::Result<Appended> append(CommitDraft draft) { return append(std::move(draft), {}); }
  // Appends commits as another log stored them (read_bytes), so that this log gets the same bytes
  // and the same Merkle root: for restoring. Returns when the last one is durable. Errors: those of
  // append(), and unprocessable for an idempotency key that is there already. After an error those
  // before the one at fault are appended.
  virtual base::Result<void> append_stored(std::span<const std::string> commits) = 0;

  // The commit that this key of this actor made before, if any; a command asks before it decides,
  // because what was possible then may not be now. Waits for one that is not durable yet. Errors:
  // unprocessable when the request digest differs; those of a failed append; unavailable when that
  // commit is still on its way after append_wait_max.
  virtual base::Result<std::optional<Commit>> find_idempotent(const std::string& actor,
                                                              const IdempotencyKey& key) const = 0;

  // What tells this log from every other: 32 hexadecimal digits.
  virtual std::string id() const = 0;
  virtual Head head() const = 0;
  virtual bool latched() const = 0;
  // Nothing while append() would be taken: neither latched nor below the volume's reserve. Asks the
  // operating system at most once a second.
  virtual std::optional<Refusal> refusal() const = 0;
  // The stream's version including commits that are sequenced but not yet durable. The largest
  // number there is when its head cannot be read: appending then conflicts, and reading says what
  // is wrong. A head that is behind its stream is found by appending (corrupt) and by verify().
  virtual base::StreamVersion stream_version(const std::string& stream) const = 0;

  // Errors: not_found (beyond the head), corrupt, io.
  virtual base::Result<Commit> read(base::Position position) const = 0;
  // The stored bytes of a commit, for export and verification.
  virtual base::Result<std::string> read_bytes(base::Position position) const = 0;
  // All commits from `first` on (forward), or from `first` or the head, whichever is less, down to
  // 1 (backward).
  virtual std::unique_ptr<CommitReader> read_all(base::Position first,
                                                 Direction direction) const = 0;
  // The commits that touched a stream, from its version `first` (1 is the first commit) in the
  // given direction; backward from its last version when `first` is larger.
  virtual std::unique_ptr<CommitReader> read_stream(const std::string& stream,
                                                    base::StreamVersion first,
                                                    Direction direction) const = 0;
  // Where the commit is that made the stream so long, whether or not that commit can be read.
  // Errors: corrupt (the stream's index is damaged, or it is not that long), io.
  virtual base::Result<base::Position> stream_position(const std::string& stream,
                                                       base::StreamVersion version) const = 0;
  // Waits until `position` is durable and observed. False after the timeout.
  virtual bool wait_for(base::Position position, std::chrono::milliseconds timeout) const = 0;

  // RFC 6962. `size` is a number of commits (position of the last); errors: invalid when beyond the
  // head.
  virtual base::Result<base::Sha256> root(std::uint64_t size) const = 0;
  virtual base::Result<std::vector<base::Sha256>> inclusion_proof(base::Position position,
                                                                  std::uint64_t size) const = 0;
  virtual base::Result<std::vector<base::Sha256>> consistency_proof(std::uint64_t first_size,
                                                                    std::uint64_t size) const = 0;

  // Reads everything and derives it anew: each commit's checksum and content, every Merkle tile and
  // the root, the stream and idempotency indexes, dense positions, and the witness. Appending may
  // go on meanwhile; what is appended after the start is left out. Stops after findings_max
  // findings. Errors: io.
  static constexpr std::size_t findings_max = 1000;
  virtual base::Result<std::vector<Finding>> verify(const VerifyProgress& progress) const = 0;
};

}  // namespace codelog::events
