// The followers of a log. Safe from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>

#include "events/base/mutex.h"
#include "events/log.h"

namespace codelog::events {

class Followers {
 public:
  std::unique_ptr<Following> add(Follower follower);
  // Calls all of them, in the order in which they were added.
  void call(std::span<const Commit> commits);

 private:
  class Entry;
  void remove(std::uint64_t number);

  base::Mutex mutex_;  // held during calls, so that no follower ends during one
  std::map<std::uint64_t, Follower> by_number_ GUARDED_BY(mutex_);
  std::uint64_t next_number_ GUARDED_BY(mutex_) = 0;
};

}  // namespace codelog::events
