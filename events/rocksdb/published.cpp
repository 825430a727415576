#include "events/rocksdb/published.h"

#include "events/base/check.h"

namespace codelog::events {

Head Published::head() const {
  const base::Lock lock(mutex_);
  return state_.head;
}

Published::State Published::state() const {
  const base::Lock lock(mutex_);
  return state_;
}

bool Published::wait_for(base::Position position, std::chrono::milliseconds timeout) const {
  base::Lock lock(mutex_);
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (state_.head.position < position) {
    if (!moved_.wait_until(lock, deadline)) return state_.head.position >= position;
  }
  return true;
}

void Published::publish(const Head& head, const MerkleTree& tree) {
  {
    const base::Lock lock(mutex_);
    CODELOG_CHECK(head.position > state_.head.position, "the head may only move forward");
    state_.head = head;
    state_.tree = tree;
  }
  moved_.notify_all();
}

}  // namespace codelog::events
