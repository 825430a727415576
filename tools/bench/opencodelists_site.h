// Makes an OpenCodelists site of any size, as files: its database, and perhaps the file of the one
// release of SNOMED CT that all versions are on.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "events/base/result.h"

namespace codelog::tools::bench {

struct OpenCodelistsSite {
  std::filesystem::path storage;  // the folder to make
  std::string release_alias;
  std::filesystem::path release_file;  // empty: the site has lost it
  std::size_t codelists_count = 1;     // with two versions each: a published one and a draft
  std::vector<std::string> codes;      // of every version; half of them are a search's results
  std::size_t tables_every = 10;       // one codelist of so many has tables instead of statuses
  std::string owner = "former";        // the slug of the organisation that has all codelists
};

// Errors: io.
base::Result<void> make_opencodelists_site(const OpenCodelistsSite& site);

}  // namespace codelog::tools::bench
