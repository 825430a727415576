// The names of releases and their files. Functions without state.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "coding_systems/index/release_files.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

struct ReleaseName {
  std::string_view system_id;
  std::string_view release_name;  // the publisher's name, e.g. "36.0.0"
  std::string_view valid_from;    // YYYY-MM-DD
};

// OpenCodelists' rule: the slug of system, name and day, e.g. "snomedct_3600_20230419" for 36.0.0.
// Errors: invalid (no such coding system, a name without letters or digits, a name too long for a
// file (alias_bytes_max), no such day).
base::Result<std::string> make_alias(const ReleaseName& name);

// DATA/coding_systems/<system>/<alias>.sqlite3 and .index. Both must be slugs (checked).
ReleaseFiles release_files(const std::filesystem::path& data_folder, std::string_view system_id,
                           std::string_view alias);

}  // namespace codelog::coding_systems
