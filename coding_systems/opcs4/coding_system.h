// OPCS-4: reading its release files, and naming, searching and listing its codes. Functions without
// state; an open release is safe from any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "coding_systems/base/release.h"
#include "coding_systems/importing/flat_release.h"
#include "coding_systems/index/release_files.h"
#include "events/base/result.h"

namespace codelog::coding_systems::opcs4 {

constexpr std::string_view system_id = "opcs4";

// Its schema is in README.md.
const FlatSystem& flat_system();

// Errors: as open_release_index.
base::Result<std::shared_ptr<const Release>> open_release(const ReleaseFiles& files,
                                                          std::string alias);

}  // namespace codelog::coding_systems::opcs4
