// Commits one group at a time. The committer takes a group from the sequencer, extends the Merkle
// tree, writes one synced batch, moves the witness, tells the followers, publishes the head and
// answers the writers, in this order.
//
// A writer commits on its own thread when nobody else is committing: waking another thread and
// being woken again costs as much as a sync of a good disk. Writers that arrive during a commit
// leave their commits to the committer thread, which writes all of them as one group.
//
// A group that has no room on the volume is refused before it is written, together with all commits
// behind it; the log goes on when there is room. The first error of a write, or of the witness,
// latches the log. A failed sync must not be tried again, because the kernel may have dropped the
// pages that it could not write.
#pragma once

#include <atomic>
#include <thread>

#include "events/base/mutex.h"
#include "events/followers.h"
#include "events/merkle.h"
#include "events/rocksdb/free_space.h"
#include "events/rocksdb/log_store.h"
#include "events/rocksdb/published.h"
#include "events/rocksdb/sequencer.h"
#include "events/rocksdb/witness.h"

namespace codelog::events {

class Committer {
 public:
  struct Parts {
    LogStore& store;
    FreeSpace& free_space;
    Sequencer& sequencer;
    Published& published;
    Witness& witness;
  };

  Committer(Parts parts, LogState state, MerkleTree tree,
            std::chrono::milliseconds witness_sync_interval);
  // Writes the queued commits. The sequencer must have been closed.
  ~Committer();

  // See Log::follow().
  base::Result<std::unique_ptr<Following>> follow(base::Position after, Follower follower);

  // Call this after Sequencer::enter(), before waiting for the answer.
  void commit_queued();

 private:
  // Leaves the queue to the committer thread.
  void hand_over();
  void run();
  // An exception in the middle of a group ends the process: writers would wait for ever.
  void commit_next_group() noexcept REQUIRES(committing_);
  void commit(std::vector<Pending> group) REQUIRES(committing_);
  base::Result<void> check_room(const std::vector<Pending>& group) REQUIRES(committing_);
  base::Result<void> write(const std::vector<Pending>& group) REQUIRES(committing_);
  void put(rocksdb::WriteBatch& batch, const PendingCommit& pending) REQUIRES(committing_);
  void sync_witness_when_due() REQUIRES(committing_);
  void take_back(const base::Error& error, const std::vector<Pending>& group) REQUIRES(committing_);
  void latch(const base::Error& error, const std::vector<Pending>& failed);

  Parts parts_;
  const std::chrono::milliseconds witness_sync_interval_;
  base::Mutex committing_;  // groups are committed one by one
  LogState state_ GUARDED_BY(committing_);
  MerkleTree tree_ GUARDED_BY(committing_);
  std::optional<std::chrono::steady_clock::time_point> witness_due_ GUARDED_BY(committing_);
  // The committer thread has been woken and will take all that is queued now.
  std::atomic<bool> handed_over_ = false;
  Followers followers_;
  std::jthread thread_;  // Declared last: joined before the rest goes.
};

}  // namespace codelog::events
