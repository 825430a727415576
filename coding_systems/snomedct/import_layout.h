// Finds the members of an RF2 archive. See import.h for the layouts.
#pragma once

#include <string>
#include <vector>

#include "coding_systems/importing/import_notices.h"
#include "coding_systems/importing/zip_archive.h"

namespace codelog::coding_systems::snomedct {

// The members of each table, in reading order.
struct Rf2Members {
  std::vector<ZipMember> concepts;
  std::vector<ZipMember> descriptions;
  std::vector<ZipMember> relationships;  // stated, then inferred, folder by folder
  std::vector<ZipMember> associations;   // refsets of historical associations; may be empty
  std::string layout;                    // for people: "UK Clinical Edition, Full files"
  CountedNotices notices;                // folders without stated relationships
};

// Errors: invalid, naming the folder or file that is missing or repeated.
base::Result<Rf2Members> find_rf2_members(const ZipArchive& archive);

}  // namespace codelog::coding_systems::snomedct
