// Releases with their files, mappings between coding systems, and versions of the NHS refsets.
#pragma once

#include <filesystem>
#include <map>

#include "server/migration/database_files.h"
#include "server/migration/migration_work.h"
#include "server/migration/source_records.h"

namespace codelog::migration {

// The stamps of the release files at the time of planning, by path.
using ReleaseStamps = std::map<std::filesystem::path, DatabaseStamps>;

struct ReleasePlaces {
  std::filesystem::path storage;  // the old site's folder
  std::filesystem::path work;     // on the volume of the data folder; may be empty at the end
  ReleaseStamps& stamps;          // filled by planning
};

// Copies the files into the data folder and registers them. Never links: the old site may write to
// its files again. Throws base::ThrownError: unavailable, naming the file, if the old site has
// written to it since the planning.
void migrate_releases(const MigrationWork& work, const ReleasePlaces& places,
                      const SourceReleases& releases);

void migrate_refset_versions(const MigrationWork& work);

}  // namespace codelog::migration
