// Commits, one group at a time: takes groups from the sequencer, and for each extends the Merkle
// tree, writes one synced batch, moves the witness, tells the observer, publishes the head and
// answers the writers, in that order.
//
// A writer that finds nobody committing does it on its own thread: to wake another one and to be
// woken by it costs as much as a sync of a good disk. Who comes meanwhile leaves it to the
// committer thread, which takes all that has gathered in one group.
//
// The first error of a write, or of the witness, latches the log: a failed sync must not be tried
// again, because the kernel may have dropped the pages that it could not write.
#pragma once

#include <atomic>
#include <thread>

#include "events/base/mutex.h"
#include "events/log_store.h"
#include "events/merkle.h"
#include "events/published.h"
#include "events/sequencer.h"
#include "events/witness.h"

namespace codelog::events {

class Committer {
 public:
  struct Parts {
    LogStore& store;
    Sequencer& sequencer;
    Published& published;
    Witness& witness;
  };

  Committer(Parts parts, LogState state, MerkleTree tree,
            std::chrono::milliseconds witness_sync_interval);
  // Writes what is queued; the sequencer must have been closed.
  ~Committer();

  void set_observer(EventLog::Observer observer);

  // After Sequencer::enter(), before waiting for the answer.
  void commit_queued();
  // The same, for a writer that goes on entering: the committer thread does it.
  void hand_over();

 private:
  void run();
  void commit_next_group() REQUIRES(committing_);
  void commit(std::vector<Pending> group) REQUIRES(committing_);
  base::Result<void> write(const std::vector<Pending>& group) REQUIRES(committing_);
  void put(rocksdb::WriteBatch& batch, const PendingCommit& pending) REQUIRES(committing_);
  void sync_witness_when_due() REQUIRES(committing_);
  void latch(const base::Error& error, const std::vector<Pending>& failed);

  Parts parts_;
  const std::chrono::milliseconds witness_sync_interval_;
  base::Mutex committing_;  // groups are committed one by one
  LogState state_ GUARDED_BY(committing_);
  MerkleTree tree_ GUARDED_BY(committing_);
  std::optional<std::chrono::steady_clock::time_point> witness_due_ GUARDED_BY(committing_);
  // The committer thread has been woken and will take all that is queued now.
  std::atomic<bool> handed_over_ = false;
  base::Mutex observer_mutex_;
  EventLog::Observer observer_ GUARDED_BY(observer_mutex_);
  std::jthread thread_;  // Declared last: joined before the rest goes.
};

}  // namespace codelog::events
