// The historical associations of a SNOMED CT release: the replacements of retired concepts,
// collected by an import from refsets.
#pragma once

#include <cstdint>
#include <vector>

#include "coding_systems/importing/import_notices.h"
#include "coding_systems/snomedct/coding_system.h"
#include "coding_systems/snomedct/import_fields.h"
#include "coding_systems/snomedct/import_rows.h"

namespace codelog::coding_systems::snomedct {

struct AssociationRow {
  Uuid id;
  std::uint64_t source = 0;  // the retired concept
  std::uint64_t target = 0;
  std::uint32_t effective_time = 0;  // YYYYMMDD
  HistoricalAssociation kind = HistoricalAssociation::replaced_by;
};

// The associations that are active in their latest state and lead from a concept of the release to
// another one, sorted by id. Other content of the refsets (such as descriptions that refer to
// concepts) is checked and left out. Associations with an end outside the release, and those of a
// concept with itself, are counted in the notices. 48 bytes a row during reading. Errors: invalid
// with file and line, unavailable.
base::Result<std::vector<AssociationRow>> read_associations(Rf2Rows& rows, Rf2Fields& fields,
                                                            const std::vector<ZipMember>& members,
                                                            const IdMap& concept_rows,
                                                            CountedNotices& notices);

}  // namespace codelog::coding_systems::snomedct
