#include "server/commands/newest_release.h"

#include <tuple>
#include <utility>

namespace codelog::commands {
namespace {

using projections::ReleaseRecord;

bool is_newer(const ReleaseRecord& a, const ReleaseRecord& b) {
  const auto key = [](const ReleaseRecord& release) {
    return std::tie(release.valid_from, release.imported_at.unix_us, release.alias);
  };
  return key(a) > key(b);
}

}  // namespace

std::optional<ReleaseRecord> newest_release(const projections::Views& views,
                                            std::string_view coding_system) {
  std::optional<ReleaseRecord> newest;
  for (ReleaseRecord& release : views.releases()) {
    const bool is_usable =
        release.coding_system == coding_system && release.state == events::ReleaseState::ready;
    if (is_usable && (!newest || is_newer(release, *newest))) newest = std::move(release);
  }
  return newest;
}

}  // namespace codelog::commands
