// Where the members of an RF2 archive are. See import.h for the layouts.
#pragma once

#include <string>
#include <vector>

#include "coding_systems/base/zip_archive.h"

namespace codelog::coding_systems::snomedct {

// The members of each table, in the order in which they are read.
struct Rf2Members {
  std::vector<ZipMember> concepts;
  std::vector<ZipMember> descriptions;
  std::vector<ZipMember> relationships;  // stated, then inferred, folder by folder
  std::vector<ZipMember> associations;   // refsets of historical associations; may be none
  std::string layout;                    // for people: "UK Clinical Edition, Full files"
};

// Errors: invalid, saying which folder or file is missing or there more than once.
base::Result<Rf2Members> find_rf2_members(const ZipArchive& archive);

}  // namespace codelog::coding_systems::snomedct
