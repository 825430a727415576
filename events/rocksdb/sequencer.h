// Gives commits their places: checks each commit against all commits accepted before it, durable or
// not, and queues it for the committer. Durable commits are in the store; the sequencer remembers
// the others.
//
// Safe from any thread; one mutex, held for a few point reads at most.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/base/mutex.h"
#include "events/base/result.h"
#include "events/rocksdb/log_store.h"

namespace codelog::events {

// A commit shared by its writer, the queue and the committer.
class PendingCommit {
 public:
  base::Position position;  // set by the sequencer, then constant
  Commit commit;            // owned by the committer until it has answered
  std::string payload;
  base::Sha256 payload_digest{};
  std::string idempotency_key;  // as stored; empty if the commit has none
  base::Sha256 request_digest{};
  std::optional<NextIds> decided_on;  // the next ids that the commit's own ids follow from
  NextIds next_ids;                   // after the commit; set by the sequencer

  // Waits for the committer's answer. Returns false if there is none by then; it may still come.
  // Uses no atomic wait: that begins with yields, which take the processor from the committer.
  [[nodiscard]] bool wait_until(std::chrono::steady_clock::time_point deadline) const {
    base::Lock lock(mutex_);
    while (!answered_ && answered_signal_.wait_until(lock, deadline)) {
    }
    return answered_;
  }
  // Valid after the answer: nothing if the commit is durable and observed.
  const std::optional<base::Error>& failure() const {
    const base::Lock lock(mutex_);
    return failure_;  // written once, before there is an answer
  }

  void answer(std::optional<base::Error> failure) {
    {
      const base::Lock lock(mutex_);
      failure_ = std::move(failure);
      answered_ = true;
    }
    // Notify after unlocking, so that the woken thread does not block on the mutex.
    answered_signal_.notify_all();
  }

 private:
  mutable base::Mutex mutex_;
  mutable base::Condition answered_signal_;
  bool answered_ GUARDED_BY(mutex_) = false;
  std::optional<base::Error> failure_ GUARDED_BY(mutex_);
};

// Shared by the waiting writer, writers with the same idempotency key, the queue and the committer.
using Pending = std::shared_ptr<PendingCommit>;

class Sequencer {
 public:
  struct Limits {
    std::size_t queue_commits = 0;
    std::size_t queue_bytes = 0;
  };

  // `state` is that of the last commit.
  Sequencer(const LogStore& store, const LogState& state, Limits limits);

  struct Entry {
    Pending pending;  // the commit to wait for: the given one, or an earlier one with its key
    std::optional<base::Position>
        stored;  // if set, there is nothing to wait for: the earlier commit with this key
  };
  // Waits while the queue is full, until the deadline. Errors: conflict, unprocessable, unavailable
  // (latched, closed, or the queue is still full), io, corrupt.
  base::Result<Entry> enter(Pending pending, std::chrono::steady_clock::time_point deadline);

  // The result that enter() would have for this key (as stored); nothing when the key is new.
  base::Result<std::optional<Entry>> find_idempotent(const std::string& key,
                                                     const base::Sha256& request_digest);

  // Both include commits that are not durable yet.
  base::Result<StreamVersion> stream_version(const std::string& stream);
  NextIds next_ids() const;

  // --- For the committer

  // Waits until a commit is queued, wake() is called or the time has come. Returns false after
  // close(), when the queue is empty. enter() does not wake the committer; the caller must.
  bool wait_for_work(std::optional<std::chrono::steady_clock::time_point> until);
  void wake();
  // The next commits in order, as many as fit into a group; may be empty.
  std::vector<Pending> take_group();
  bool has_queued() const;
  // Forgets these commits, which are in the store now.
  void forget(const std::vector<Pending>& durable);
  // Forgets all commits that are not durable, as if they had never entered; returns those that are
  // still queued.
  std::vector<Pending> take_back();
  // Makes enter() fail with this reason from now on; returns the queued commits.
  std::vector<Pending> latch(Refusal refusal);
  void close();

  std::optional<Refusal> latched() const;

 private:
  struct StreamState {
    std::uint64_t version = 0;
    base::Position last;  // the last commit of this process that moved the stream
    bool is_end_checked = false;
  };

  base::Result<std::optional<Entry>> find_idempotent_locked(const std::string& key,
                                                            const base::Sha256& request_digest)
      REQUIRES(mutex_);
  base::Result<StreamState*> stream_state(const std::string& stream) REQUIRES(mutex_);
  base::Result<void> check_streams(const CommitDraft& draft) REQUIRES(mutex_);
  base::Result<void> check_ids(const PendingCommit& pending) const REQUIRES(mutex_);
  base::Result<void> check_end(const std::string& stream, StreamState& state) REQUIRES(mutex_);
  void drop_old_streams() REQUIRES(mutex_);
  std::vector<Pending> drop_queue() REQUIRES(mutex_);
  bool has_room() const REQUIRES(mutex_);
  std::optional<base::Error> refusal() const REQUIRES(mutex_);

  const LogStore& store_;
  const Limits limits_;

  mutable base::Mutex mutex_;
  base::Condition space_;
  base::Condition work_;
  std::deque<Pending> queue_ GUARDED_BY(mutex_);
  std::size_t queue_bytes_ GUARDED_BY(mutex_) = 0;
  // After the last commit that has a place, and after the last one that is forgotten.
  base::Position last_ GUARDED_BY(mutex_);
  NextIds next_ids_ GUARDED_BY(mutex_);
  base::Position durable_ GUARDED_BY(mutex_);
  NextIds durable_next_ids_ GUARDED_BY(mutex_);
  std::unordered_map<std::string, StreamState> streams_ GUARDED_BY(mutex_);
  std::unordered_map<std::string, Pending> idempotent_ GUARDED_BY(mutex_);
  std::optional<Refusal> latch_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
  bool woken_ GUARDED_BY(mutex_) = false;
};

}  // namespace codelog::events
