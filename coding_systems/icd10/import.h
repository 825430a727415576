// Imports ICD-10: WHO's editions of 2016 and 2019 side by side, in WHO's ClaML, and optionally the
// NHS's words for the codes of 2016: its class browser, or TRUD's table of its 5th edition
// (nhs_table.h). The table may also replace the edition of 2016.
//
// The archive of the request may be a folder or a zip archive (import_sources.h lists the names of
// its documents), or a single document or archive. Either edition may be missing.
//
// Modifiers are expanded into codes (M00 in the hand: M0004). In 2016, the NHS's places of
// occurrence are the fourth characters of W00-Y34. If the sources differ in a way that nobody has
// reviewed, the import continues and the outcome has a notice.
//
// References to missing things (parents, partners, modifiers), and unknown parts that nothing
// needs, are counted in the notices.
//
// Refuses, naming file, line and class: documents that are not ClaML, codes that are repeated or
// not in ICD-10's format, classes without a name or a parent, parents about which the editions
// disagree, modifiers that make existing codes. See claml.h, editions.h and nhs_table.h.
#pragma once

#include "coding_systems/importing/import_progress.h"

namespace codelog::coding_systems {

// Errors: not_found (no such archive), invalid (wrong content), io, conflict (see
// release_writer.h), unavailable (asked to stop). About 0.1 GB for both editions; for larger
// documents (at most 256 MB), in proportion.
base::Result<ImportOutcome> import_icd10(const ImportRequest& request);

}  // namespace codelog::coding_systems
