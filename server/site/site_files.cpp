#include "server/site/site_files.h"

#include "coding_systems/versioning/alias.h"
#include "mappings/files/mappings.h"

namespace codelog::site {

std::vector<SiteFile> registered_files(const projections::Views& views) {
  std::vector<SiteFile> files;
  for (const projections::ReleaseRecord& release : views.releases()) {
    const bool has_file = release.file_digest != base::Sha256{};
    if (!has_file || !coding_systems::is_alias(release.alias)) continue;
    const auto paths = coding_systems::release_files({}, release.coding_system, release.alias);
    files.push_back({paths.database, release.file_digest, paths.index});
  }
  for (const projections::MappingRecord& mapping : views.mappings()) {
    const auto stem = mappings::mapping_file_stem(mapping.name);
    if (!stem || !mappings::is_mapping(mapping.mapping)) continue;
    files.push_back({mappings::mapping_file({}, mapping.mapping, *stem), mapping.file_digest});
  }
  return files;
}

}  // namespace codelog::site
