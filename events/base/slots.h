// A few slots for work that needs much of a scarce resource: a processor, memory. take() waits a
// short time for a free slot, and only behind a few other callers: a request without a slot should
// fail soon and be repeated, not wait long. Safe from any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

#include "events/base/mutex.h"

namespace codelog::base {

class Slots {
 public:
  struct Options {
    std::size_t count = 1;
    std::size_t waiting_max = 8;
    std::chrono::milliseconds wait_max{2'000};
  };

  explicit Slots(const Options& options) : options_(options) {}
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  // A taken slot; the destructor frees it. Must not outlive its Slots.
  class Slot {
   public:
    explicit Slot(Slots& slots) : slots_(&slots) {}

   private:
    struct Free {
      void operator()(Slots* slots) const { slots->free(); }
    };
    std::unique_ptr<Slots, Free> slots_;
  };

  // Returns nothing if no slot came free in time, or if too many callers wait already.
  std::optional<Slot> take();

 private:
  void free();

  const Options options_;
  base::Mutex mutex_;
  base::Condition freed_;
  std::size_t taken_ GUARDED_BY(mutex_) = 0;
  std::size_t waiting_ GUARDED_BY(mutex_) = 0;
};

}  // namespace codelog::base
