// Imports ICD-10: WHO's editions of 2016 and 2019 side by side, as WHO publishes them in ClaML,
// and, where it is given, what the NHS says of the codes of 2016: its class browser, or its 5th
// edition as TRUD has it, a table (nhs_table.h). The table may also stand for the edition of 2016
// by itself.
//
// The archive of the request may be a folder or a zip archive (import_sources.h says by which names
// its documents are found), or one of the documents or archives alone. Either edition may be
// missing.
//
// Modifiers are expanded into codes (M00 in the hand: M0004). In 2016 the NHS's places of
// occurrence come as fourth characters of W00-Y34. Where the sources differ in a way that nobody
// has looked at yet, the import goes on and the outcome has a notice.
//
// References that lead nowhere (parents, partners, modifiers) and what is unknown and not needed
// are counted in the notices.
//
// Refused, with file, line and class: what is not ClaML, codes without the format of ICD-10 or that
// are there twice, classes without a name or a parent, parents about which the editions disagree,
// modifiers that make codes that exist. See claml.h, editions.h and nhs_table.h.
#pragma once

#include "coding_systems/base/import_progress.h"

namespace codelog::coding_systems {

// Errors: not_found (no such archive), invalid (what is in it), io, conflict (see
// release_writer.h), unavailable (asked to stop). About 0.1 GB for both editions; in proportion to
// the documents beyond, which have 256 MB at most.
base::Result<ImportOutcome> import_icd10(const ImportRequest& request);

}  // namespace codelog::coding_systems
