// The durable, ordered record of all commits.
//
// One process may open a folder. All functions are safe from any thread. append() returns only when
// the commit is on the disk *and* all followers have seen it, so a writer with an answer reads its
// own write. Appends of many threads are committed in groups from a bounded queue, one fsync and
// one group at a time; a full queue makes append() wait. A committer thread commits the groups, or
// a writer that finds nobody committing. Positions are dense and become visible in order.
//
// While the volume has little room, append() refuses, and the log continues by itself later. After
// the first failed write the log latches: every later append fails with `unavailable` until the
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
#include "events/next_ids.h"

namespace codelog::events {

// The end of the log: position of the last commit, root of the Merkle tree over all commits, and
// epoch. The epoch counts how often a log folder was taken into use; a restore raises it, so that
// two histories are never mixed up.
struct Head {
  base::Position position;
  base::Sha256 root{};
  std::uint64_t epoch = 1;
  bool operator==(const Head&) const = default;
};

struct Appended {
  Commit commit;           // as stored; the earlier commit when `duplicate`
  bool duplicate = false;  // an earlier commit has this idempotency key; nothing was appended
};

using Follower = std::function<void(std::span<const Commit>)>;

// Ends the calls of a follower when it is destroyed, and waits for a call that is under way. Must
// not outlive its log.
class Following {
 public:
  virtual ~Following() = default;
};

struct AppendTerms {
  // The next ids that the commit was decided on, if it gives ids. The log accepts the commit only
  // if these are still the next ones, as with the versions of streams.
  std::optional<NextIds> next_ids = std::nullopt;
  // Called on the caller's thread when the commit has its place, before it is durable; must not
  // throw. If the commit is then refused for lack of space, so are all that have come after it by
  // then. Not called if nothing is appended (an error; a duplicate).
  std::function<void()> sequenced = {};
};

enum class Direction { forward, backward };

// Reads commits one after the other, up to the head at its construction. Not thread-safe. Must not
// outlive its log. May be kept for any time: a reader holds no snapshot and blocks nothing.
class CommitReader {
 public:
  virtual ~CommitReader() = default;
  // Reads the next commit into reused memory (twice as fast as next() for many small commits).
  // Returns false at the end. A damaged record gives an Error (corrupt) naming its position; the
  // next call continues after it, so a caller that continues after errors reaches the end.
  virtual base::Result<bool> next_into(Commit& commit) = 0;
  // Returns the next commit as a new value; nothing at the end.
  std::optional<base::Result<Commit>> next();
};

struct LogOptions {
  std::filesystem::path folder;        // DATA/log
  std::filesystem::path witness_file;  // preferably on another volume; empty: <folder>.witness
  bool create_if_missing = true;
  // Opens a non-empty log without its witness and makes a new one. Only for operators who know that
  // the log is whole.
  bool accept_missing_witness = false;
  // The least epoch of the log. A restore passes one more than the epoch it restored from.
  std::uint64_t epoch_min = 1;
  std::size_t queue_commits_max = 4096;
  std::size_t queue_bytes_max = 256u << 20;
  // Commits up to this size stay in memory and in the write-ahead log before they become a table
  // file. The next open reads up to twice as much again.
  std::size_t memory_bytes = 64u << 20;
  // append() refuses while the volume has less free space. RocksDB may still have to write tables
  // of all that is in memory, up to twice `memory_bytes`; the rest is for other programs that write
  // between a look at the free space and the log's own write.
  std::uint64_t free_bytes_min = 192u << 20;
  // The longest wait of append() and find_idempotent() for the disk. A writer that commits on its
  // own thread waits until the disk answers.
  std::chrono::milliseconds append_wait_max{30'000};
  // The longest delay between the log's sync and the witness's. A crash of the process alone loses
  // no witness record.
  std::chrono::milliseconds witness_sync_interval{250};
  // False only in the control of the power-loss test: acknowledges before the disk has the commit.
  bool sync = true;
};

// A part of a log that differs from the bytes written; position 0 if it concerns no single commit.
struct Finding {
  base::Position position;
  std::string detail;
};

// Why a log refuses commits at the moment.
struct Refusal {
  std::string reason;  // for clients: names no file
  std::string cause;   // for the server's log; may be empty
};

using VerifyProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

class EventLog {
 public:
  // Errors: not_found (no log there, and options forbid making one), unavailable (another process
  // has it open), io, and corrupt. The detail of corrupt says what to do; the log is damaged, ends
  // before its witness, or has another root. A damaged commit among the last 255 opens the log
  // latched: it can be read, but not appended to.
  static base::Result<std::unique_ptr<EventLog>> open(LogOptions options);
  virtual ~EventLog() = default;

  // Gives the follower every commit after `after` that is durable, and from then on every durable
  // group, one at a time and in order, until the result is destroyed. The calls come on the thread
  // that commits (the first ones on this thread), before writers get their answers and before
  // head() and readers show the commits. Followers are called in the order in which they came; they
  // must not append, nor begin or end following. Errors: corrupt, io (an earlier commit cannot be
  // read).
  virtual base::Result<std::unique_ptr<Following>> follow(base::Position after,
                                                          Follower follower) = 0;

  // Errors: conflict (a stream has moved, which the detail names, or the next ids have),
  // unprocessable (idempotency key
  // reused), invalid, too_large, unavailable (latched, too little space on the volume, or no room
  // in the queue within append_wait_max: nothing was stored), unconfirmed (the write failed, or the
  // disk did not answer within append_wait_max: the commit may or may not be stored, and repeating
  // the request with its idempotency key tells).
  virtual base::Result<Appended> append(CommitDraft draft, const AppendTerms& terms) = 0;
  base::Result<Appended> append(CommitDraft draft) { return append(std::move(draft), {}); }

  // The earlier commit with this key of this actor, if any. A command asks before it decides,
  // because what was possible then may not be possible now. Waits for a commit that is not durable
  // yet. Errors: unprocessable when the request digest differs; those of a failed append;
  // unconfirmed when the commit is still not durable after append_wait_max.
  virtual base::Result<std::optional<Commit>> find_idempotent(const std::string& actor,
                                                              const IdempotencyKey& key) const = 0;

  // The unique id of this log: 32 hexadecimal digits.
  virtual std::string id() const = 0;
  virtual Head head() const = 0;
  virtual bool latched() const = 0;
  // Nothing while append() would accept commits; otherwise the reason: latched, or too little space
  // on the volume.
  virtual std::optional<Refusal> refusal() const = 0;
  // Call every few seconds, from one thread at a time: once nothing was appended for five seconds,
  // the memory of many new commits is given back, and the next open has less to replay.
  virtual void give_back_memory() = 0;
  // The stream's version, including commits that are sequenced but not yet durable. If its head
  // cannot be read, returns the largest number: appending then conflicts, and reading reports the
  // fault. A head behind its stream is found by append() (corrupt) and by verify().
  virtual base::StreamVersion stream_version(const Stream& stream) const = 0;
  // The next free ids, after all commits that are sequenced.
  virtual NextIds next_ids() const = 0;

  // Errors: not_found (beyond the head), corrupt, io.
  virtual base::Result<Commit> read(base::Position position) const = 0;
  // The stored bytes of a commit, for export and verification.
  virtual base::Result<std::string> read_bytes(base::Position position) const = 0;
  // All commits from `first` on (forward); or from `first` or the head, whichever is smaller, down
  // to 1 (backward).
  virtual std::unique_ptr<CommitReader> read_all(base::Position first,
                                                 Direction direction) const = 0;
  // The commits that touched a stream, from its version `first` (1 is the first commit) in the
  // given direction; backward from its last version when `first` is larger.
  virtual std::unique_ptr<CommitReader> read_stream(const Stream& stream, base::StreamVersion first,
                                                    Direction direction) const = 0;
  // The position of the commit that gave the stream this version, even if that commit cannot be
  // read. Errors: corrupt (the stream's index is damaged, or the stream is shorter), io.
  virtual base::Result<base::Position> stream_position(const Stream& stream,
                                                       base::StreamVersion version) const = 0;
  // Waits until `position` is durable and all followers have seen it. Returns false after the
  // timeout.
  virtual bool wait_for(base::Position position, std::chrono::milliseconds timeout) const = 0;

  // RFC 6962. `size` is a number of commits (the position of the last). Errors: invalid when beyond
  // the head.
  virtual base::Result<base::Sha256> root(std::uint64_t size) const = 0;
  virtual base::Result<std::vector<base::Sha256>> inclusion_proof(base::Position position,
                                                                  std::uint64_t size) const = 0;
  virtual base::Result<std::vector<base::Sha256>> consistency_proof(std::uint64_t first_size,
                                                                    std::uint64_t size) const = 0;

  // Reads the whole log and computes everything again: each commit's checksum and content, every
  // Merkle tile and the root, the stream and idempotency indexes, dense positions, and the witness.
  // Appending may continue meanwhile; commits appended after the start are left out. Stops after
  // findings_max findings. Errors: io.
  static constexpr std::size_t findings_max = 1000;
  virtual base::Result<std::vector<Finding>> verify(const VerifyProgress& progress) const = 0;
};

}  // namespace codelog::events
