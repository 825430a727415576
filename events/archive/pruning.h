// Removes what an archive does not need any longer: restore points that nobody wants to keep, with
// their keys and files, and the objects that no manifest names. Segments of commits are never given
// up: every position of the archived log stays restorable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/archive/destination.h"
#include "events/archive/manifest.h"

namespace codelog::archive {

// Restore points are kept if any rule keeps them; the newest one always is.
struct KeepRule {
  std::optional<std::uint64_t> count;  // the newest so many
  std::optional<std::int64_t> age_us;  // those made in this time
};
// "10" (the newest ten), "12h", "30d", "8w", "1y". Nothing for other texts.
std::optional<KeepRule> parse_keep_rule(std::string_view text);

struct PruneReport {
  std::vector<RestorePoint> removed_points;
  std::vector<RestorePoint> kept_points;
  std::vector<std::string> removed_objects;
  std::uint64_t removed_bytes = 0;
};

enum class PruneMode { remove, only_tell };

// May run while a server archives there: that server then writes again what it has not yet named.
// After a kill, pruning again goes on. Errors: those of load_manifest() and of Destination;
// conflict (the manifest has changed again and again).
base::Result<PruneReport> prune(Destination& destination, const std::vector<KeepRule>& rules,
                                PruneMode mode, const base::Clock& clock);

}  // namespace codelog::archive
