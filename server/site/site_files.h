// The files of releases and mappings that a site has registered.
#pragma once

#include <filesystem>
#include <vector>

#include "events/base/digest.h"
#include "projections/views.h"

namespace codelog::site {

struct SiteFile {
  std::filesystem::path path;  // relative to the data folder
  base::Sha256 digest{};
  std::filesystem::path index = {};  // made from a release's file; empty for a mapping
};

// Leaves out releases without a file, and names that cannot be those of files: an old log may have
// them.
std::vector<SiteFile> registered_files(const projections::Views& views);

}  // namespace codelog::site
