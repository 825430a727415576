// Tells waiting streams that a codelist has changed: for server-sent events. Safe from any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "events/base/mutex.h"
#include "events/commit.h"

namespace codelog::application {

class LiveCommits {
 public:
  using Wake = std::function<void()>;

  // Has `wake` called once, when the views show a commit of the codelist after `seen`: at once if
  // they may do so already, otherwise on the thread that commits, so it must be quick. Returns a
  // number for stop().
  std::uint64_t wait(base::CodelistId codelist, base::Position seen, Wake wake);
  // Afterwards, the `wake` of this number is not called any more; it may be running.
  void stop(base::CodelistId codelist, std::uint64_t number);
  std::size_t waiting_count() const { return waiting_count_; }

  // Calls the `wake` of everybody who waits for this codelist, though it has no new commit.
  void wake(base::CodelistId codelist);
  // Call with commits that the views show.
  void take_in(std::span<const events::Commit> commits);

 private:
  using Key = std::pair<base::CodelistId, std::uint64_t>;
  static constexpr std::size_t slots_count = 4096;

  static std::size_t slot_of(base::CodelistId codelist) { return codelist.value() % slots_count; }
  void take_waiting(base::CodelistId codelist, std::vector<Wake>& wakes) REQUIRES(mutex_);

  // The last commit of the codelists of each slot. Written before waiting_count_ is read, and read
  // after that was raised, so that no commit falls between the two.
  std::array<std::atomic<std::uint64_t>, slots_count> latest_{};
  std::atomic<std::size_t> waiting_count_ = 0;
  base::Mutex mutex_;
  std::map<Key, Wake> waiting_ GUARDED_BY(mutex_);
  std::uint64_t next_number_ GUARDED_BY(mutex_) = 1;
};

}  // namespace codelog::application
