// How far the archive of a site is, as whoever ships commits there says it (`serve --archive`). No
// server that archives: is_configured is false.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "events/base/clock.h"

namespace codelog::site {

struct ArchiveStatus {
  bool is_configured = false;
  std::string destination = {};   // Destination::describe()
  std::uint64_t lag_commits = 0;  // durable here and not yet there
  std::int64_t lag_s = 0;         // the age of the oldest of them; 0 without any
  std::optional<base::Timestamp> last_shipped_at = {};
  std::string last_error = {};  // of the last attempt; empty: it succeeded
};

// From any thread; quick.
using FindArchiveStatus = std::function<ArchiveStatus()>;

}  // namespace codelog::site
