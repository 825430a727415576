#include "coding_systems/opcs4/import.h"

#include "coding_systems/opcs4/coding_system.h"
#include "coding_systems/opcs4/import_tables.h"

namespace codelog::coding_systems {

base::Result<ImportOutcome> import_opcs4(const ImportRequest& request) {
  ImportStages stages(request);
  auto tables = opcs4::read_tables(request, stages);
  if (!tables) return tables.error();
  if (auto hung = hang_concepts(*tables, opcs4::flat_system()); !hung) return hung.error();
  return import_flat_release(request, opcs4::flat_system(), *tables, stages);
}

}  // namespace codelog::coding_systems
