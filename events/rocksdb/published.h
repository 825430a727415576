// The part of the log that readers may see: the head of the last group that is durable and
// observed, and the tree's edge at that head. Safe from any thread.
#pragma once

#include <chrono>

#include "events/base/mutex.h"
#include "events/log.h"
#include "events/merkle.h"

namespace codelog::events {

class Published {
 public:
  Published(const Head& head, MerkleTree tree) : state_{head, std::move(tree)} {}

  struct State {
    Head head;
    MerkleTree tree;
  };

  Head head() const;
  // Returns a copy, so that hashing for proofs does not hold up the committer.
  State state() const;
  bool wait_for(base::Position position, std::chrono::milliseconds timeout) const;

  void publish(const Head& head, const MerkleTree& tree);

 private:
  mutable base::Mutex mutex_;
  mutable base::Condition moved_;
  State state_ GUARDED_BY(mutex_);
};

}  // namespace codelog::events
