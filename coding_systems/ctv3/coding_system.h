// CTV3 (Read codes, version 3): what its release files hold and how its codes are named, searched
// and listed. Functions without state; a release that is open is safe from any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "coding_systems/base/index_source.h"
#include "coding_systems/base/release.h"
#include "coding_systems/base/release_files.h"
#include "coding_systems/base/sqlite_file.h"
#include "events/base/result.h"

namespace codelog::coding_systems::ctv3 {

constexpr std::string_view system_id = "ctv3";
constexpr std::string_view root_code = ".....";
// "Additional values": as a section it only lists what no other section lists.
constexpr std::string_view additional_values_code = "X78tJ";

// TPP's dictionary has the code: it has a name and a place in the hierarchy.
constexpr CodeKind tpp_concept = 1;
// Only the official release maps terms to the code: it is found, and has no name.
constexpr CodeKind raw_concept = 2;

// Reads a release file in the schema of OpenCodelists: names and parents (distance 1) from TPP's
// tables, the official terms for searching. Errors: corrupt (not such a file), io.
base::Result<IndexSource> read_index_source(const SqliteFile& file);

// Errors: as open_release_index.
base::Result<std::shared_ptr<const Release>> open_release(const ReleaseFiles& files,
                                                          std::string alias);

}  // namespace codelog::coding_systems::ctv3
