// SNOMED CT: reading its release files, and naming, searching and listing its codes. Functions
// without state; an open release is safe from any thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "coding_systems/base/release.h"
#include "coding_systems/index/index_source.h"
#include "coding_systems/index/release_files.h"
#include "coding_systems/index/sqlite_file.h"
#include "events/base/result.h"

namespace codelog::coding_systems::snomedct {

constexpr std::string_view system_id = "snomedct";
constexpr std::string_view root_code = "138875005";
constexpr std::string_view is_a_type = "116680003";
constexpr std::string_view fully_specified_name_type = "900000000000003001";
constexpr std::string_view synonym_type = "900000000000013009";

constexpr CodeKind active_concept = 1;
constexpr CodeKind inactive_concept = 2;

// The associations of retired concepts: the kinds of a release's links, which go from the retired
// concept to its replacement. Index files store the numbers.
enum class HistoricalAssociation : LinkKind {
  replaced_by = 1,
  same_as = 2,
  possibly_equivalent_to = 3,
  moved_to = 4,
  alternative = 5,
  was_a = 6,
  partially_equivalent_to = 7,
  possibly_replaced_by = 8,
};

struct HistoricalAssociationInfo {
  HistoricalAssociation kind;
  std::string_view refset_id;
  std::string_view name;  // as SNOMED CT writes it: "REPLACED BY"
};

const HistoricalAssociationInfo& info_of(HistoricalAssociation kind);
// The association of a refset's members; nothing for any other refset.
std::optional<HistoricalAssociation> find_historical_association(std::uint64_t refset_id);

// The role of an active description in the index.
TextRole role_of(std::string_view description_type);

// Reads a release file in OpenCodelists' schema: every concept, the active is-a rows (stated and
// inferred), and the active descriptions, each in the order of its rows. If the file has Codelog's
// own table, also reads the historical associations between its concepts. Errors: corrupt (not such
// a file), io.
base::Result<IndexSource> read_index_source(const SqliteFile& file);

// Errors: as open_release_index.
base::Result<std::shared_ptr<const Release>> open_release(const ReleaseFiles& files,
                                                          std::string alias);

}  // namespace codelog::coding_systems::snomedct
