#include "events/base/slots.h"

#include "events/base/waiting.h"

namespace codelog::base {

std::optional<Slots::Slot> Slots::take() {
  base::Lock lock(mutex_);
  if (taken_ >= options_.count) {
    if (waiting_ == options_.waiting_max) return std::nullopt;
    ++waiting_;
    const Waiting waiting;
    const auto deadline = std::chrono::steady_clock::now() + options_.wait_max;
    while (taken_ >= options_.count && freed_.wait_until(lock, deadline)) {
    }
    --waiting_;
    if (taken_ >= options_.count) return std::nullopt;
  }
  ++taken_;
  return std::optional<Slot>(std::in_place, *this);
}

void Slots::free() {
  {
    const base::Lock lock(mutex_);
    --taken_;
  }
  freed_.notify_one();
}

}  // namespace codelog::base
