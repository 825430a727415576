// Releases with their files, mappings between coding systems, and versions of the NHS refsets.
#pragma once

#include <filesystem>

#include "server/migration/migration_work.h"
#include "server/migration/source_records.h"

namespace codelog::migration {

struct ReleasePlaces {
  std::filesystem::path storage;  // the old site's folder
  std::filesystem::path work;     // on the volume of the data folder; may be empty at the end
};

// Copies the files into the data folder and registers them. Never links: the old site may write to
// its files again. Throws base::ThrownError.
void migrate_releases(const MigrationWork& work, const ReleasePlaces& places,
                      const SourceReleases& releases);

void migrate_refset_versions(const MigrationWork& work);

}  // namespace codelog::migration
