// SNOMED CT: what its release files hold and how its codes are named, searched and listed.
// Functions without state; a release that is open is safe from any thread.
#pragma once

#include <memory>
#include <string>

#include "coding_systems/base/index_source.h"
#include "coding_systems/base/release.h"
#include "coding_systems/base/release_files.h"
#include "coding_systems/base/sqlite_file.h"
#include "events/base/result.h"

namespace codelog::coding_systems::snomedct {

constexpr std::string_view system_id = "snomedct";
constexpr std::string_view root_code = "138875005";
constexpr std::string_view is_a_type = "116680003";
constexpr std::string_view fully_specified_name_type = "900000000000003001";
constexpr std::string_view synonym_type = "900000000000013009";

constexpr CodeKind active_concept = 1;
constexpr CodeKind inactive_concept = 2;

// The role of an active description in the index.
TextRole role_of(std::string_view description_type);

// Reads a release file in the schema of OpenCodelists: every concept, the active is-a rows (stated
// and inferred), the active descriptions, each in the order of its rows. Errors: corrupt (not such
// a file), io.
base::Result<IndexSource> read_index_source(const SqliteFile& file);

// Errors: as open_release_index.
base::Result<std::shared_ptr<const Release>> open_release(const ReleaseFiles& files,
                                                          std::string alias);

}  // namespace codelog::coding_systems::snomedct
