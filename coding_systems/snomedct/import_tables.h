// The current states of a SNOMED CT release in memory, collected by an import from RF2 Full or
// Snapshot files: one row for each id, in the order of the ids' first rows, with the state of the
// latest effectiveTime.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/importing/id_map.h"
#include "coding_systems/importing/import_notices.h"
#include "coding_systems/importing/import_progress.h"
#include "coding_systems/snomedct/import_associations.h"
#include "coding_systems/snomedct/import_fields.h"
#include "coding_systems/snomedct/import_layout.h"

namespace codelog::coding_systems::snomedct {

// Columns with few distinct values hold numbers of the dictionary.
struct ConceptRow {
  std::uint64_t id = 0;
  std::uint32_t effective_time = 0;  // YYYYMMDD, here and below
  std::uint16_t module = 0;
  std::uint16_t definition_status = 0;
  bool is_active = false;
};

struct DescriptionRow {
  std::uint64_t id = 0;
  std::uint64_t concept_id = 0;
  std::uint32_t effective_time = 0;
  std::uint32_t term_first = 0;  // in Tables::terms
  std::uint16_t term_bytes = 0;
  std::uint16_t module = 0;
  std::uint16_t language = 0;
  std::uint16_t type = 0;
  std::uint16_t case_significance = 0;
  bool is_active = false;
};

struct RelationshipRow {
  std::uint64_t id = 0;
  std::uint64_t source = 0;
  std::uint64_t destination = 0;
  std::uint32_t effective_time = 0;
  std::uint16_t module = 0;
  std::uint16_t group = 0;
  std::uint16_t type = 0;
  std::uint16_t characteristic_type = 0;
  std::uint16_t modifier = 0;
  bool is_active = false;
};

struct Tables {
  std::vector<ConceptRow> concepts;
  std::vector<DescriptionRow> descriptions;
  std::vector<RelationshipRow> relationships;
  std::vector<AssociationRow> associations;
  std::string terms;
  Rf2Dictionary dictionary;
  IdMap concept_rows;      // from id to place in concepts
  CountedNotices notices;  // for the person who imports
  std::uint64_t source_bytes = 0;

  std::string_view term(const DescriptionRow& row) const {
    return std::string_view(terms).substr(row.term_first, row.term_bytes);
  }
  // True for an active relationship that makes its source a child of its destination.
  bool is_edge(const RelationshipRow& row) const;
};

// The tables that are final while others are still being read.
enum class EarlyTable : std::uint8_t { concepts, descriptions, relationships };

// Reads the members and checks every field. Reports when a table is complete: from then on, only
// the dictionary and other tables change. Errors: invalid with file and line, unavailable (asked to
// stop).
base::Result<void> read_tables(const ZipArchive& archive, const Rf2Members& members,
                               ImportStages& stages, Tables& tables,
                               const std::function<void(EarlyTable)>& on_table_read);

}  // namespace codelog::coding_systems::snomedct
