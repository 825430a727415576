// The historical associations of a SNOMED CT release, as an import collects them from refsets: what
// is used instead of a concept that was retired.
#pragma once

#include <cstdint>
#include <vector>

#include "coding_systems/base/import_notices.h"
#include "coding_systems/snomedct/coding_system.h"
#include "coding_systems/snomedct/import_fields.h"
#include "coding_systems/snomedct/import_rows.h"

namespace codelog::coding_systems::snomedct {

struct AssociationRow {
  Uuid id;
  std::uint64_t source = 0;  // the concept that was retired
  std::uint64_t target = 0;
  std::uint32_t effective_time = 0;  // YYYYMMDD
  HistoricalAssociation kind = HistoricalAssociation::replaced_by;
};

// The associations that are active in their latest state and go from a concept of the release to
// another one, in the order of their ids. What else the refsets hold (descriptions that refer to
// concepts, say) is checked and left out; those with an end that is no concept of the release are
// counted in the notices. 48 bytes a row while it reads. Errors: invalid with file and line,
// unavailable.
base::Result<std::vector<AssociationRow>> read_associations(Rf2Rows& rows, Rf2Fields& fields,
                                                            const std::vector<ZipMember>& members,
                                                            const IdMap& concept_rows,
                                                            CountedNotices& notices);

}  // namespace codelog::coding_systems::snomedct
