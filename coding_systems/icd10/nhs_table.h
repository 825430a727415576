// The NHS's 5th edition of ICD-10 from TRUD, a table with tabs between its columns:
// ICD10_Edition5_CodesAndTitlesAndMetadata_*.txt. It is the NHS's form of the 2016 edition.
//
// A row is a category with three to five characters; columns are found by title, in any order:
//     CODE ("A00.0"), or ALT_CODE ("A000", "J46X")   DESCRIPTION: the title
//     USAGE: DEFAULT, DAGGER or ASTERISK; if it is empty, a mark behind CODE tells: † or +, or *
//     MODIFIER_4, MODIFIER_5: the meaning of the fourth or fifth character; DESCRIPTION is then the
//         title of the code without it
//     QUALIFIERS: the codes that a dagger or asterisk code is recorded with, separated by '^'
// USAGE and the columns listed after it may be missing. Other columns are ignored. A row may end
// early if its last columns are empty; a field may be in double quotes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "coding_systems/icd10/editions.h"
#include "coding_systems/importing/import_notices.h"
#include "coding_systems/importing/import_progress.h"
#include "coding_systems/importing/text_lines.h"
#include "events/base/result.h"

namespace codelog::coding_systems::icd10 {

// The records in the order of the rows, without parents. `name` is the file's name and must outlive
// the records, which refer to it. `bytes_before` of the stage's total were read before this file.
// Lines that are not UTF-8 are read as Windows-1252 and counted in the notices, as are usages and
// qualifiers that ICD-10 does not have, and rows that are left out: those without a code, those of
// chapters and blocks, and exact repeats. Errors: invalid with the line (missing columns, not the
// code of a category, a title that is empty or too long, a code with two titles), unavailable
// (asked to stop), those of the source.
base::Result<std::vector<EditionRecord>> read_nhs_table(std::string_view name, TextLines::Read read,
                                                        ImportStages& stages,
                                                        std::uint64_t bytes_before,
                                                        CountedNotices& notices);

// Gives the records of a table their parents, which the table lacks. `known` are the records of an
// edition with chapters and blocks, or empty. A code gets its parent from them, or else the nearest
// code above it by form, or else the block or chapter whose range contains it. Missing chapters are
// added, named by their range. Codes whose category is in no file are counted in the notices.
void hang_nhs_records(std::vector<EditionRecord>& records, const std::vector<EditionRecord>& known,
                      CountedNotices& notices);

}  // namespace codelog::coding_systems::icd10
