// The room on the log's volume. A full volume would fail a write, which latches the log; so the log
// refuses commits while there is still a reserve, and accepts them again when there is room.
//
// Safe from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "events/base/mutex.h"
#include "events/base/result.h"

namespace codelog::events {

// The free bytes of a volume; nothing if it cannot tell.
using AskFreeSpace = std::function<std::optional<std::uint64_t>()>;

// Asks the operating system, which takes about a microsecond.
AskFreeSpace ask_volume_of(std::filesystem::path folder);

class FreeSpace {
 public:
  // `bytes_min` is the reserve.
  FreeSpace(AskFreeSpace ask, std::uint64_t bytes_min);

  // Before a commit of `bytes` is accepted. Uses a look of the last 20 ms, less the bytes accepted
  // since, if there is room according to it. Errors: unavailable.
  base::Result<void> accept(std::uint64_t bytes);
  // Before a group of `bytes` is written: always looks. Errors: unavailable.
  base::Result<void> check_now(std::uint64_t bytes);

 private:
  void look() REQUIRES(mutex_);
  base::Result<void> check(std::uint64_t bytes) const REQUIRES(mutex_);
  bool has_room(std::uint64_t bytes) const REQUIRES(mutex_) {
    return bytes_free_ >= bytes_min_ && bytes_free_ - bytes_min_ >= bytes;
  }

  const AskFreeSpace ask_;
  const std::uint64_t bytes_min_;
  base::Mutex mutex_;
  std::uint64_t bytes_free_ GUARDED_BY(mutex_) = 0;  // at the last look, less those accepted since
  std::chrono::steady_clock::time_point next_look_ GUARDED_BY(mutex_);
};

}  // namespace codelog::events
