// The mappings between coding systems, which OpenCodelists keeps in its main database and this site
// in a file each.
#pragma once

#include <filesystem>
#include <string_view>

#include "server/migration/migration_work.h"

namespace codelog::migration {

// The release that a migrated mapping is registered as. The old site does not know the names and
// days of the releases that it imported; any later import of a mapping counts as newer.
inline constexpr std::string_view migrated_mapping_name = "opencodelists";
inline constexpr std::string_view migrated_mapping_day = "1900-01-01";

// Makes the files in the folder `made`, on the volume of the data folder, before they are put in
// their places. Throws base::ThrownError.
void migrate_mappings(const MigrationWork& work, const std::filesystem::path& made);

}  // namespace codelog::migration
