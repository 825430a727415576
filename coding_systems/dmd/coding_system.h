// The NHS Dictionary of Medicines and Devices: reading its release files, and naming, searching and
// listing its codes. Functions without state; an open release is safe from any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "coding_systems/base/release.h"
#include "coding_systems/index/index_source.h"
#include "coding_systems/index/release_files.h"
#include "coding_systems/index/sqlite_file.h"
#include "events/base/result.h"

namespace codelog::coding_systems::dmd {

constexpr std::string_view system_id = "dmd";

// The kinds of codes, stored as their kind in the index. An id with several kinds (SNOMED CT's ids
// never have) gets the first of these.
enum class ProductKind : CodeKind { amp = 1, vmp, ampp, vmpp, vtm, ingredient };

// An ingredient's links to the VMPs that contain it.
constexpr LinkKind ingredient_of = 1;

// Reads a release file in OpenCodelists' schema. The hierarchy is VTM, VMP, AMP. Packs and
// ingredients are nodes without edges, which no term search finds. Errors: corrupt (not such a
// file), io.
base::Result<IndexSource> read_index_source(const SqliteFile& file);

// Errors: as open_release_index.
base::Result<std::shared_ptr<const Release>> open_release(const ReleaseFiles& files,
                                                          std::string alias);

}  // namespace codelog::coding_systems::dmd
