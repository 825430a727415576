// The site's mappings, open: for each, the release that was registered last.
#pragma once

#include <functional>
#include <memory>

#include "coding_systems/base/release_comparison.h"
#include "events/base/result.h"
#include "mappings/bnfdmd/mapping.h"
#include "mappings/ctv3sctmap2/mapping.h"
#include "mappings/dmdvmpprevmap/previous_vmps.h"
#include "projections/views.h"

namespace codelog::commands {

// How to open registered mappings; a site without a mapping may omit its opener. Errors: not_found
// (the file is gone), unavailable (the file is not the registered one), corrupt, io.
struct MappingOpeners {
  template <class Mapping>
  using Open = std::function<base::Result<std::shared_ptr<const Mapping>>(
      const projections::MappingRecord&)>;

  Open<mappings::BnfDmdMapping> bnfdmd = {};
  Open<mappings::Ctv3SnomedMapping> ctv3sctmap2 = {};
  Open<mappings::PreviousVmps> dmdvmpprevmap = {};
};

// Errors: unavailable (none was imported, or it fails to open).
base::Result<std::shared_ptr<const mappings::BnfDmdMapping>> open_bnfdmd(
    const MappingOpeners& openers, const projections::Views& views);
base::Result<std::shared_ptr<const mappings::Ctv3SnomedMapping>> open_ctv3sctmap2(
    const MappingOpeners& openers, const projections::Views& views);
// Has no pairs if none was imported, like an OpenCodelists that never loaded one.
base::Result<std::shared_ptr<const mappings::PreviousVmps>> open_previous_vmps(
    const MappingOpeners& openers, const projections::Views& views);

// What ReleaseComparison::successors_of() cannot know of the coding system: only the mapping of
// previous ids, not the release, knows a VMP that got another id. Empty for other systems than
// dm+d.
base::Result<coding_systems::FindSuccessors> successors_beside(const MappingOpeners& openers,
                                                               const projections::Views& views,
                                                               std::string_view coding_system);

}  // namespace codelog::commands
