// Imports a release of SNOMED CT: an RF2 archive of the UK Clinical Edition, as TRUD publishes it
// (item 101).
//
// The archive holds three folders, read in this order, with Full/Terminology/sct2_<Part>_*.txt in
// each:
//     SnomedCT_InternationalRF2_PRODUCTION_*  SnomedCT_UKClinicalRF2_PRODUCTION_*
//     SnomedCT_UKEditionRF2_PRODUCTION_*
// for the parts Concept, Description, StatedRelationship and Relationship. Full files hold every
// state a component ever had; of each id the state with the latest effectiveTime is kept, the first
// read of several on one day, in the place of the id's first row.
//
// RF2 is read as RF2: tabs separate, nothing quotes. OpenCodelists reads it as a spreadsheet's CSV,
// and so loses the quotation marks of terms that start with one; these terms are the only rows in
// which its files differ from ours.
//
// Refused, with file and line: a wrong header or number of columns, ids that are not 6-18 digits,
// impossible dates, terms that are not UTF-8; and active is-a relationships that form a cycle or
// name a concept that is not there.
#pragma once

#include "coding_systems/base/import_progress.h"

namespace codelog::coding_systems {

// Errors: not_found (no such archive), invalid (what is in it), io, conflict (see
// release_writer.h), unavailable (asked to stop). Memory: 0.8 GB for 400,000 concepts
// with 1.2 million descriptions; in proportion beyond.
base::Result<ImportOutcome> import_snomedct(const ImportRequest& request);

}  // namespace codelog::coding_systems
