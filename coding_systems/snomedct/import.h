// Imports a release of SNOMED CT from an RF2 archive.
//
// The folders of an archive show its edition. They are read in this order, and each holds
// <View>/Terminology/sct2_<Part>_*.txt:
//     the UK Clinical Edition, from TRUD (item 101) and as OpenCodelists reads it:
//         SnomedCT_InternationalRF2_PRODUCTION_*  SnomedCT_UKClinicalRF2_PRODUCTION_*
//         SnomedCT_UKEditionRF2_PRODUCTION_*
//     the same before mid-2021, with only the first two of these
//     the UK Monolith (item 1799), with everything in it:  SnomedCT_MonolithRF2_PRODUCTION_*
//     the International Edition:  SnomedCT_InternationalRF2_PRODUCTION_*
//     and, after any except the Monolith, the UK Drug Extension:  SnomedCT_UKDrugRF2_PRODUCTION_*
// for the parts Concept, Description, StatedRelationship and Relationship. Stated relationships may
// be missing, with a notice: since 2019, editions replace them with OWL axioms. An archive with
// TRUD's name for the Clinical Edition (uk_sct2cl_*) or the Monolith (uk_sct2mo_*) must be that
// edition.
//
// The view is Full; or Snapshot, in a folder without Full files. Full files hold every state that a
// component ever had. For each id, the import keeps the state with the latest effectiveTime (of
// several on one day, the first one read), in the place of the id's first row. In Snapshot files,
// each component has one state.
//
// If there are historical association refsets, <View>/Refset/Content/der2_cRefset_Association*.txt,
// the import takes the latest state of each member and keeps the active ones between two concepts,
// sorted by id. No concept succeeds itself: such associations are left out, with a notice.
//
// RF2 is read as RF2: tabs separate, and there are no quotes. OpenCodelists reads it as a
// spreadsheet's CSV, and so loses the quotation marks of terms that start with one. Only in the
// rows of these terms do its files differ from ours.
//
// References to missing concepts are counted in the outcome's notices: active descriptions whose
// concept is in no file, and is-a relationships and historical associations with such an end. The
// rows of the first two are stored, but the release is read without them: they make no codes, and
// no search finds them.
//
// Refuses, naming file and line: a wrong header, missing or surplus columns (unless they are
// empty), ids other than 6 to 18 digits, ids of refset members that are not UUIDs, impossible
// dates, terms that are not UTF-8; and active is-a relationships that form a cycle.
#pragma once

#include "coding_systems/importing/import_progress.h"

namespace codelog::coding_systems {

// Errors: not_found (no such archive), invalid (wrong content), io, conflict (see
// release_writer.h), unavailable (asked to stop). Memory: 1.8 GB for the UK Monolith (1.15 million
// concepts, 3.5 million descriptions, 6 million relationships); in proportion for others.
base::Result<ImportOutcome> import_snomedct(const ImportRequest& request);

}  // namespace codelog::coding_systems
