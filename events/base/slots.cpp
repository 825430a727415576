#include "events/base/slots.h"

namespace codelog::base {

std::optional<Slots::Slot> Slots::take() {
  std::unique_lock lock(mutex_);
  const auto is_free = [this] { return taken_ < options_.count; };
  if (!is_free()) {
    if (waiting_ == options_.waiting_max) return std::nullopt;
    ++waiting_;
    const bool got_free = freed_.wait_for(lock, options_.wait_max, is_free);
    --waiting_;
    if (!got_free) return std::nullopt;
  }
  ++taken_;
  return std::optional<Slot>(std::in_place, *this);
}

void Slots::free() {
  {
    const std::lock_guard lock(mutex_);
    --taken_;
  }
  freed_.notify_one();
}

}  // namespace codelog::base
