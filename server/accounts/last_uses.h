// When each token and session was last used, to the minute. This is no event: each read would
// become a write. It is kept in a file beside the log; a crash loses the last minute of it, and a
// damaged file all of it, which only settings pages show.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <unordered_map>

#include "events/base/clock.h"
#include "events/base/digest.h"
#include "events/base/mutex.h"
#include "events/base/result.h"

namespace codelog::accounts {

// Safe from any thread. Constant time, but for save().
class LastUses {
 public:
  // A new use beyond so many digests is not noted, until save() has dropped some.
  static constexpr std::size_t uses_max = 1'000'000;

  // Reads the file, if there is one that can be read.
  explicit LastUses(std::filesystem::path file);

  // `digest` is that of a token, or of a session's id, that is good.
  void note(const base::Sha256& digest, base::Timestamp now);
  // Nothing: not since the file was begun.
  std::optional<base::Timestamp> of(const base::Sha256& digest) const;
  // Drops the uses of what has ended, and writes the file if anything has changed. Errors: io.
  base::Result<void> save(const std::function<bool(const base::Sha256&)>& is_alive);

 private:
  struct Hash {
    std::size_t operator()(const base::Sha256& digest) const;
  };

  const std::filesystem::path file_;
  mutable base::Mutex mutex_;
  // Minutes since 1970.
  std::unordered_map<base::Sha256, std::uint32_t, Hash> minutes_ GUARDED_BY(mutex_);
  bool is_changed_ GUARDED_BY(mutex_) = false;
};

}  // namespace codelog::accounts
