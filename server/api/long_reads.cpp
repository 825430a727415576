#include "server/api/long_reads.h"

#include <algorithm>
#include <thread>

namespace codelog::api {

base::Result<base::Slots::Slot> begin_long_read() {
  static base::Slots slots({.count = std::max(1u, std::thread::hardware_concurrency() / 2)});
  auto slot = slots.take();
  if (slot) return std::move(*slot);
  return base::Error{base::ErrorCode::unavailable,
                     "too many requests look at the past, or at the effects of a newer release, at "
                     "this moment; ask again soon",
                     {}};
}

}  // namespace codelog::api
