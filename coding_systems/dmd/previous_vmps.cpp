#include "coding_systems/dmd/previous_vmps.h"

namespace codelog::coding_systems::dmd {

base::Result<std::vector<PreviousVmp>> read_previous_vmps(const SqliteFile& file) {
  if (auto present = file.require_table("dmd_vmp", {"vpid", "vpidprev"}); !present) {
    return present.error();
  }
  std::vector<PreviousVmp> found;
  auto read =
      file.for_each_row("SELECT vpid, vpidprev FROM dmd_vmp WHERE vpidprev <> vpid ORDER BY rowid",
                        [&](const SqliteRow& row) {
                          found.push_back({std::string(row.text(0)), std::string(row.text(1))});
                          return base::Result<void>();
                        });
  if (!read) return read.error();
  return found;
}

}  // namespace codelog::coding_systems::dmd
