#include "events/published.h"

#include "events/base/check.h"

namespace codelog::events {

Head Published::head() const {
  const std::lock_guard lock(mutex_);
  return state_.head;
}

Published::State Published::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

bool Published::wait_for(base::Position position, std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return moved_.wait_for(lock, timeout, [&] { return state_.head.position >= position; });
}

void Published::publish(const Head& head, const MerkleTree& tree) {
  {
    const std::lock_guard lock(mutex_);
    CODELOG_CHECK(head.position > state_.head.position, "the head may only move forward");
    state_.head = head;
    state_.tree = tree;
  }
  moved_.notify_all();
}

}  // namespace codelog::events
