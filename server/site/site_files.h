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

// Leaves out what has no file, and what older programs registered under a name that is none of a
// file.
std::vector<SiteFile> registered_files(const projections::Views& views);

}  // namespace codelog::site
