#include "server/files/recent_rows.h"

#include <utility>

namespace codelog::files {

std::shared_ptr<const CodeRows> RecentRows::find(const Entry& wanted) {
  const base::Lock lock(mutex_);
  for (auto at = recent_.begin(); at != recent_.end(); ++at) {
    if (at->version != wanted.version) continue;
    if (at->changed_at != wanted.changed_at || at->release != wanted.release) return nullptr;
    recent_.splice(recent_.begin(), recent_, at);
    return at->rows;
  }
  return nullptr;
}

void RecentRows::keep(Entry entry) {
  const base::Lock lock(mutex_);
  std::erase_if(recent_, [&](const Entry& other) {
    if (other.version != entry.version) return false;
    bytes_ -= other.rows->size_bytes();
    return true;
  });
  bytes_ += entry.rows->size_bytes();
  recent_.push_front(std::move(entry));
  while (bytes_ > bytes_max_ && recent_.size() > 1) {
    bytes_ -= recent_.back().rows->size_bytes();
    recent_.pop_back();
  }
}

base::Result<std::shared_ptr<const CodeRows>> RecentRows::rows_of(
    const commands::Site& site, const projections::Views& views,
    const projections::VersionRecord& version) {
  Entry entry{version.id, version.changed_at, release_if_there(site, views, version), nullptr};
  if (auto known = find(entry)) return known;
  auto rows = CodeRows::make(views, version, entry.release.get());
  if (!rows) return rows.error();
  entry.rows = *rows;
  keep(std::move(entry));
  return rows;
}

commands::ReleasePointer release_if_there(const commands::Site& site,
                                          const projections::Views& views,
                                          const projections::VersionRecord& version) {
  const std::string system = views.codelist_of(version).coding_system;
  if (!commands::has_release_file(views, system, version.release)) return nullptr;
  auto release = site.open_release(system, version.release);
  return release ? std::move(*release) : nullptr;
}

}  // namespace codelog::files
