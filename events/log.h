// The durable, ordered record of all commits, as a contract that several implementations keep:
// rocks_log.h is the one that servers use. tests/events/log_conformance_test.cpp holds what each of
// them must do.
//
// All functions are safe from any thread. append() returns only when the commit is durable *and*
// all followers have seen it, so a writer with an answer reads its own write. Positions are dense
// and become visible in order.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/base/digest.h"
#include "events/base/result.h"
#include "events/log_values.h"
#include "events/merkle.h"

namespace codelog::events {

// Appending, reading and following: what commands, views and pages use.
class Log {
 public:
  virtual ~Log() = default;

  // --- Appending

  // Errors: conflict (a stream has moved, which the detail names, or the ids are taken),
  // unprocessable (idempotency key reused), invalid, too_large, unavailable (latched, too little
  // space, or no room in the queue in time: nothing was stored), unconfirmed (the write failed, or
  // the disk did not answer in time: the commit may or may not be stored, and repeating the request
  // with its idempotency key tells).
  virtual base::Result<Appended> append(CommitDraft draft, const AppendTerms& terms) = 0;
  base::Result<Appended> append(CommitDraft draft) { return append(std::move(draft), {}); }

  // The earlier commit with this key of this actor, if any. A command asks before it decides,
  // because what was possible then may not be possible now. Waits for a commit that is not durable
  // yet. Errors: unprocessable when the request digest differs; those of a failed append;
  // unconfirmed when the commit is still not durable after the wait.
  virtual base::Result<std::optional<Commit>> find_idempotent(const std::string& actor,
                                                              const IdempotencyKey& key) const = 0;

  // The stream's version, including commits that are sequenced but not yet durable. If its head
  // cannot be read, returns the largest number: appending then conflicts, and reading reports the
  // fault. A head behind its stream is found by append() (corrupt) and by verify().
  virtual base::StreamVersion stream_version(const Stream& stream) const = 0;
  // The next free ids, after all commits that are sequenced.
  virtual NextIds next_ids() const = 0;

  // --- Reading

  // The unique id of this log: 32 hexadecimal digits.
  virtual std::string id() const = 0;
  virtual Head head() const = 0;
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

  // --- Following

  // Gives the follower every commit after `after` that is durable, and from then on every durable
  // group, one at a time and in order, until the result is destroyed. The first calls come on this
  // thread, the others on the one that commits; all of them before writers get their answers and
  // before head() and readers show the commits. Followers are called in the order in which they
  // came; they must not append, nor begin or end following. Errors: corrupt, io (an earlier commit
  // cannot be read).
  virtual base::Result<std::unique_ptr<Following>> follow(base::Position after,
                                                          Follower follower) = 0;
  // Waits until `position` is durable and all followers have seen it. Returns false after the
  // timeout.
  virtual bool wait_for(base::Position position, std::chrono::milliseconds timeout) const = 0;
};

// Proofs that the log is what it was, as in RFC 6962. A size is a number of commits, which is the
// position of the last one. Errors: invalid, when beyond the head.
class LogProofs {
 public:
  virtual ~LogProofs() = default;

  virtual base::Result<base::Sha256> root(std::uint64_t size) const = 0;
  virtual base::Result<std::vector<base::Sha256>> inclusion_proof(base::Position position,
                                                                  std::uint64_t size) const = 0;
  virtual base::Result<std::vector<base::Sha256>> consistency_proof(std::uint64_t first_size,
                                                                    std::uint64_t size) const = 0;
  // The first `width` hashes of a tile, complete or not; at most tile_hashes_count. Errors:
  // not_found, when the tree has fewer.
  virtual base::Result<std::vector<base::Sha256>> tile(const TileId& id,
                                                       std::size_t width) const = 0;
};

// The state of the log and its upkeep, for operators.
class LogMaintenance {
 public:
  virtual ~LogMaintenance() = default;

  // True after a failed write: nothing can be appended until the process is restarted.
  virtual bool latched() const = 0;
  // Nothing while append() would accept commits; otherwise the reason: latched, or too little space
  // on the volume.
  virtual std::optional<Refusal> refusal() const = 0;
  // Call every few seconds, from one thread at a time: once nothing was appended for five seconds,
  // the memory of many new commits is given back, and the next open has less to replay.
  virtual void give_back_memory() = 0;
  // Reads the whole log and computes everything again: each commit's checksum and content, every
  // Merkle tile and the root, the stream and idempotency indexes, dense positions, and the witness.
  // Appending may continue meanwhile; commits appended after the start are left out. Stops after
  // findings_max findings. Errors: io.
  static constexpr std::size_t findings_max = 1000;
  virtual base::Result<std::vector<Finding>> verify(const VerifyProgress& progress) const = 0;
};

class EventLog : public Log, public LogProofs, public LogMaintenance {};

}  // namespace codelog::events
