// Checks an archive by itself: everything that its manifest names is there, whole, and leads to the
// log's Merkle roots.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "events/archive/destination.h"
#include "events/archive/manifest.h"

namespace codelog::archive {

// Something that is missing or damaged.
struct ArchiveFinding {
  std::string object;
  // The commits that cannot be restored without it; 0 if it holds none.
  base::Position first;
  base::Position last;
  std::string detail;
};

struct ArchiveCheck {
  Manifest manifest;
  std::uint64_t commits_count = 0;   // of them were read and are right
  std::uint64_t objects_bytes = 0;   // of the objects that the manifest names
  std::uint64_t unneeded_count = 0;  // objects that the manifest does not name
  std::vector<ArchiveFinding> findings;
};

enum class CheckDepth {
  digests,  // each byte, each commit's place, each root
  commits,  // and that each commit can be decoded
};

// Several threads read. Memory: some segments. Errors: those of load_manifest(); unavailable (it
// was stopped, or the destination does not answer); forbidden.
base::Result<ArchiveCheck> check_archive(
    Destination& destination, CheckDepth depth,
    const std::function<bool(base::Position done, base::Position head)>& goes_on);

}  // namespace codelog::archive
