#include "events/rocksdb/free_space.h"

#include <limits>
#include <system_error>

namespace codelog::events {
namespace {

constexpr std::chrono::milliseconds look_interval{20};

}  // namespace

AskFreeSpace ask_volume_of(std::filesystem::path folder) {
  return [folder = std::move(folder)]() -> std::optional<std::uint64_t> {
    std::error_code error;
    const auto space = std::filesystem::space(folder, error);
    if (error) return std::nullopt;
    return space.available;
  };
}

FreeSpace::FreeSpace(AskFreeSpace ask, std::uint64_t bytes_min)
    : ask_(std::move(ask)), bytes_min_(bytes_min) {}

base::Result<void> FreeSpace::accept(std::uint64_t bytes) {
  const base::Lock lock(mutex_);
  // A refusal always looks, so that commits are accepted again as soon as there is room.
  if (!has_room(bytes) || std::chrono::steady_clock::now() >= next_look_) look();
  const auto checked = check(bytes);
  if (checked) bytes_free_ -= bytes;
  return checked;
}

base::Result<void> FreeSpace::check_now(std::uint64_t bytes) {
  const base::Lock lock(mutex_);
  look();
  return check(bytes);
}

void FreeSpace::look() {
  next_look_ = std::chrono::steady_clock::now() + look_interval;
  // A volume that cannot report its free space will report a full disk when written to.
  bytes_free_ = ask_().value_or(std::numeric_limits<std::uint64_t>::max());
}

base::Result<void> FreeSpace::check(std::uint64_t bytes) const {
  if (has_room(bytes)) return {};
  return base::Error{base::ErrorCode::unavailable,
                     "the volume of the log has less than " + std::to_string(bytes_min_ >> 20) +
                         " MiB left: writes are taken again when there is room",
                     {}};
}

}  // namespace codelog::events
