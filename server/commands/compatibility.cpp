#include "server/commands/compatibility.h"

#include <algorithm>

#include "server/commands/upgrade.h"

namespace codelog::commands {

std::vector<projections::ReleaseRecord> newer_releases(const Views& views,
                                                       const projections::VersionRecord& version) {
  const auto own = views.release(version.release);
  if (!own) return {};
  auto newer = views.releases();
  std::erase_if(newer, [&](const projections::ReleaseRecord& release) {
    return release.coding_system != own->coding_system || release.valid_from <= own->valid_from ||
           release.state != events::ReleaseState::ready;
  });
  std::ranges::stable_sort(newer, {}, &projections::ReleaseRecord::valid_from);
  return newer;
}

std::vector<std::string> compatible_releases(const Site& site, const Views& views,
                                             const projections::VersionRecord& version,
                                             const std::vector<projections::ReleaseRecord>& newer) {
  std::vector<std::string> aliases;
  if (newer.empty()) return aliases;
  const auto opened = site.open_release(newer.front().coding_system, version.release);
  if (!opened) return aliases;
  const auto content = content_of(views, version, *opened, *opened);
  if (!content) return aliases;
  const auto begun = coding_systems::thread_work_time();
  for (const projections::ReleaseRecord& release : newer) {
    const auto later = site.open_release(release.coding_system, release.alias);
    if (!later) continue;
    const auto worked = coding_systems::thread_work_time() - begun;
    SearchReruns searches(*later, request_searches_work_max - worked);
    if (searches.is_exhausted()) break;
    coding_systems::ReleaseComparison releases(*opened, *later);
    if (is_compatible(*content, releases, searches)) aliases.push_back(release.alias);
  }
  return aliases;
}

}  // namespace codelog::commands
