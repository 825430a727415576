// Imports a release of SNOMED CT from an RF2 archive.
//
// Which folders an archive holds says which edition it is; they are read in this order, with
// <View>/Terminology/sct2_<Part>_*.txt in each:
//     the UK Clinical Edition, as TRUD publishes it (item 101) and OpenCodelists reads it:
//         SnomedCT_InternationalRF2_PRODUCTION_*  SnomedCT_UKClinicalRF2_PRODUCTION_*
//         SnomedCT_UKEditionRF2_PRODUCTION_*
//     the same of before mid-2021, which has only the first two of these
//     the UK Monolith (item 1799), which holds everything:  SnomedCT_MonolithRF2_PRODUCTION_*
//     the International Edition:  SnomedCT_InternationalRF2_PRODUCTION_*
//     and, after any but the Monolith, the UK Drug Extension:  SnomedCT_UKDrugRF2_PRODUCTION_*
// for the parts Concept, Description, StatedRelationship and Relationship. Stated relationships
// may be missing, except in the three folders of the Clinical Edition. An archive that is named
// as TRUD names the Clinical Edition (uk_sct2cl_*) or the Monolith (uk_sct2mo_*) must be one.
//
// The view is Full; Snapshot in a folder that has no Full files. Full files hold every state a
// component ever had; of each id the state with the latest effectiveTime is kept, the first read
// of several on one day, in the place of the id's first row. In Snapshot files each has one state.
//
// Where there are historical association refsets,
// <View>/Refset/Content/der2_cRefset_Association*.txt, of each member's latest state the active
// ones between concepts are kept, in the order of their ids.
//
// RF2 is read as RF2: tabs separate, nothing quotes. OpenCodelists reads it as a spreadsheet's CSV,
// and so loses the quotation marks of terms that start with one; these terms are the only rows in
// which its files differ from ours.
//
// References that lead nowhere are counted in the outcome's notices: active descriptions whose
// concept is in no file, is-a relationships and historical associations with such an end. The rows
// of the first two are stored, but the release is read without them: no code comes of them, and no
// search finds them.
//
// Refused, with file and line: a wrong header or number of columns, ids that are not 6-18 digits,
// ids of refset members that are no UUIDs, impossible dates, terms that are not UTF-8; and active
// is-a relationships that form a cycle.
#pragma once

#include "coding_systems/base/import_progress.h"

namespace codelog::coding_systems {

// Errors: not_found (no such archive), invalid (what is in it), io, conflict (see
// release_writer.h), unavailable (asked to stop). Memory: 1.8 GB for the UK Monolith (1.15 million
// concepts, 3.5 million descriptions, 6 million relationships); in proportion for others.
base::Result<ImportOutcome> import_snomedct(const ImportRequest& request);

}  // namespace codelog::coding_systems
