// CTV3 (Read codes, version 3): reading its release files, and naming, searching and listing its
// codes. Functions without state; an open release is safe from any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "coding_systems/base/release.h"
#include "coding_systems/index/index_source.h"
#include "coding_systems/index/release_files.h"
#include "coding_systems/index/sqlite_file.h"
#include "events/base/result.h"

namespace codelog::coding_systems::ctv3 {

constexpr std::string_view system_id = "ctv3";
constexpr std::string_view root_code = ".....";
// "Additional values": this section lists only codes that no other section lists.
constexpr std::string_view additional_values_code = "X78tJ";

// A code in TPP's dictionary: it has a name and a place in the hierarchy.
constexpr CodeKind tpp_concept = 1;
// A code that only the official release has terms for: searches find it, but it has no name.
constexpr CodeKind raw_concept = 2;

// Reads a release file in OpenCodelists' schema: names and parents (distance 1) from TPP's tables,
// the official terms for searching. Errors: corrupt (not such a file), io.
base::Result<IndexSource> read_index_source(const SqliteFile& file);

// Errors: as open_release_index.
base::Result<std::shared_ptr<const Release>> open_release(const ReleaseFiles& files,
                                                          std::string alias);

}  // namespace codelog::coding_systems::ctv3
