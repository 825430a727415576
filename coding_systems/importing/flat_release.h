// Releases of coding systems whose publisher gives little more than codes and terms: Read v2 and
// OPCS-4. The form of the codes gives their hierarchy, or a column `parent` of a plain table.
//
// OpenCodelists has no release files of these systems, so the schema is Codelog's own:
//     <system>_concept  code (primary key), term, parent_id (a code, or NULL at the top)
//     <system>_synonym  id, concept_id, term_code, term (where the system has synonyms)
// sorted by code, so that the same codes and terms give the same file for any order of the input.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/importing/csv_reader.h"
#include "coding_systems/importing/import_notices.h"
#include "coding_systems/importing/import_progress.h"
#include "coding_systems/importing/release_writer.h"
#include "coding_systems/index/index_source.h"
#include "coding_systems/index/sqlite_file.h"

namespace codelog::coding_systems {

constexpr std::size_t flat_term_bytes_max = 1000;
constexpr CodeKind flat_concept_kind = 1;

struct FlatSystem {
  std::string_view id;  // e.g. "readv2"
  ReleaseSchema schema;
  bool has_synonyms = false;
  // The code one level above, by its form; "" at the top. The release need not have it.
  std::string (*one_level_up)(std::string_view code) = nullptr;
};

struct FlatConcept {
  std::string code;
  std::string term;
  std::optional<std::string> parent;
  std::uint64_t line = 0;  // in the source, for errors
};

struct FlatSynonym {
  std::string code;
  std::string term_code;
  std::string term;
};

struct FlatTables {
  std::string source_name;  // for errors
  std::uint64_t source_bytes = 0;
  std::vector<FlatConcept> concepts;  // sorted by code, without repeats
  std::vector<FlatSynonym> synonyms;  // sorted by code and term code
  CountedNotices notices = {};        // for the person who imports
};

// One record of a plain table with a header: columns `code`, `term` and optionally `parent`; other
// columns are ignored.
struct CodeRow {
  std::string_view code;
  std::string_view term;
  std::string_view parent;  // "" if the table gives none
};

// Skips rows that are empty in these columns. Errors: invalid with the line (columns missing, rows
// of another length than the header (see CsvReader::check_width), more rows than allowed), those of
// the source and of `take`, unavailable (asked to stop).
base::Result<void> read_code_rows(CsvReader& csv, ImportStages& stages,
                                  const std::function<base::Result<void>(const CodeRow&)>& take);

// True for a non-empty UTF-8 text without line ends or NUL, and not too long.
bool is_flat_term(std::string_view text);

// Gives every concept without a parent its nearest existing ancestor by form. Does the same if the
// given parent does not exist, and counts this in the notices. Errors: invalid, with the line: a
// code is its own parent.
base::Result<void> hang_concepts(FlatTables& tables, const FlatSystem& system);

// Writes and publishes the release. Errors: invalid (the given parents form a cycle), io, conflict,
// unavailable.
base::Result<ImportOutcome> import_flat_release(const ImportRequest& request,
                                                const FlatSystem& system, const FlatTables& tables,
                                                ImportStages& stages);

// Reads a release file in this schema. Errors: corrupt (not such a file), io.
base::Result<IndexSource> read_flat_release(const SqliteFile& file, const FlatSystem& system);

}  // namespace codelog::coding_systems
