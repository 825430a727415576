// Streams TPP's dictionary and hierarchy of CTV3 into the release file.
#pragma once

#include <cstdint>

#include "coding_systems/importing/background_rows.h"
#include "coding_systems/importing/gzip_file.h"
#include "coding_systems/importing/id_map.h"
#include "coding_systems/importing/import_notices.h"
#include "coding_systems/importing/import_progress.h"
#include "coding_systems/index/index_source.h"

namespace codelog::coding_systems::ctv3 {

struct TppImport {
  GzipFile& file;
  BackgroundRows& rows;
  IndexSource& source;
  CountedNotices& notices;
  ImportStages& stages;
  std::uint64_t bytes_before = 0;  // bytes read earlier, for the progress
};

// CTV3Code, Description. Fills `codes` with the packed codes. Errors: invalid with the line (a
// repeated code, an empty or too long description; no root), io, unavailable.
base::Result<void> import_dictionary(const TppImport& import, IdMap& codes);

// ParentCTV3Code, ChildCTV3Code, ChildToParentDistance: every ancestor of every code; those at
// distance 1 are its parents. Parents and children that the dictionary does not have are counted in
// the notices, and their rows left out. Returns the number of stored rows. Errors: as above.
base::Result<std::uint64_t> import_hierarchy(const TppImport& import, const IdMap& codes);

}  // namespace codelog::coding_systems::ctv3
