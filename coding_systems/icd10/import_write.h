// Writes the editions of a release as the tables that OpenCodelists uses, and as an index.
#pragma once

#include <vector>

#include "coding_systems/icd10/editions.h"
#include "coding_systems/importing/import_progress.h"
#include "coding_systems/importing/release_writer.h"
#include "coding_systems/index/index_source.h"

namespace codelog::coding_systems::icd10 {

extern const ReleaseSchema release_schema;

// A dagger and an asterisk code that an edition pairs. Views into its records.
struct CodePair {
  std::string_view dagger_code;
  std::string_view asterisk_code;
};
// In the order of the records, without repeats.
std::vector<CodePair> pairs_of(const Edition& edition);

// Writes concepts by code; then, for each edition, its records, rubrics and pairs in the order of
// its file.
base::Result<void> write_tables(ReleaseWriter& writer, const std::vector<Edition>& editions,
                                const std::vector<ConceptRow>& concepts, ImportStages& stages);

// The same source as read_index_source() would read from the written release file. `editions` must
// have the latest last.
IndexSource index_source(const std::vector<Edition>& editions,
                         const std::vector<ConceptRow>& concepts);

}  // namespace codelog::coding_systems::icd10
