#include "coding_systems/readv2/import.h"

#include "coding_systems/readv2/coding_system.h"
#include "coding_systems/readv2/import_tables.h"

namespace codelog::coding_systems {

base::Result<ImportOutcome> import_readv2(const ImportRequest& request) {
  ImportStages stages(request);
  auto tables = readv2::read_tables(request, stages);
  if (!tables) return tables.error();
  if (auto hung = hang_concepts(*tables, readv2::flat_system()); !hung) return hung.error();
  return import_flat_release(request, readv2::flat_system(), *tables, stages);
}

}  // namespace codelog::coding_systems
