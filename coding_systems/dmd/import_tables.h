// Reads the files of a dm+d release straight into the tables of a release file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coding_systems/dmd/import_layout.h"
#include "coding_systems/dmd/index_rows.h"
#include "coding_systems/importing/import_notices.h"
#include "coding_systems/importing/import_progress.h"
#include "coding_systems/importing/release_writer.h"

namespace codelog::coding_systems::dmd {

struct TablesRead {
  IndexRows index_rows;              // source of the release's index
  std::uint64_t products_count = 0;  // VTMs, VMPs, AMPs and packs: everything with a name
  std::uint64_t gtins_left_out = 0;  // the tables hold only the first GTIN of a pack
  std::uint64_t links_left_out = 0;  // the tables hold no contents of combination packs
  CountedNotices notices;            // references to missing rows, and parts without a table
};

// Memory holds the source of the index, but no rows. Errors: invalid (wrong content, with file and
// line), io, unavailable (asked to stop).
base::Result<TablesRead> read_tables(const ReleaseMembers& members, ReleaseWriter& writer,
                                     ImportStages& stages);

}  // namespace codelog::coding_systems::dmd
