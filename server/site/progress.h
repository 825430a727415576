// The progress of long work, for whoever waits for it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace codelog::site {

struct WorkProgress {
  std::string stage;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};
// Returns false when nobody waits for the outcome any longer, so the work may stop.
using ReportProgress = std::function<bool(const WorkProgress&)>;

}  // namespace codelog::site
