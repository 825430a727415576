#include "coding_systems/snomedct/import_write.h"

#include <array>
#include <charconv>
#include <utility>

namespace codelog::coding_systems::snomedct {
namespace {

constexpr std::array<std::string_view, 2> migrations = {"0001_squashed_0004_20250425",
                                                        "0005_alter_concept_sources"};

// The text of these is the schema's identity: spelling, order and names as Django wrote them.
constexpr std::string_view tables_sql =
    "CREATE TABLE \"snomedct_relationship\" (\"id\" varchar(18) NOT NULL PRIMARY KEY, "
    "\"effective_time\" date NOT NULL, \"active\" bool NOT NULL, "
    "\"relationship_group\" varchar(3) NOT NULL, "
    "\"characteristic_type_id\" varchar(18) NOT NULL REFERENCES \"snomedct_concept\" (\"id\") "
    "DEFERRABLE INITIALLY DEFERRED, "
    "\"destination_id\" varchar(18) NOT NULL REFERENCES \"snomedct_concept\" (\"id\") "
    "DEFERRABLE INITIALLY DEFERRED, "
    "\"modifier_id\" varchar(18) NOT NULL REFERENCES \"snomedct_concept\" (\"id\") "
    "DEFERRABLE INITIALLY DEFERRED, "
    "\"module_id\" varchar(18) NOT NULL REFERENCES \"snomedct_concept\" (\"id\") "
    "DEFERRABLE INITIALLY DEFERRED, "
    "\"source_id\" varchar(18) NOT NULL REFERENCES \"snomedct_concept\" (\"id\") "
    "DEFERRABLE INITIALLY DEFERRED, "
    "\"type_id\" varchar(18) NOT NULL REFERENCES \"snomedct_concept\" (\"id\") "
    "DEFERRABLE INITIALLY DEFERRED);"
    "CREATE TABLE \"snomedct_concept\" (\"id\" varchar(18) NOT NULL PRIMARY KEY, "
    "\"effective_time\" date NOT NULL, \"active\" bool NOT NULL, "
    "\"definition_status_id\" varchar(18) NOT NULL REFERENCES \"snomedct_concept\" (\"id\") "
    "DEFERRABLE INITIALLY DEFERRED, "
    "\"module_id\" varchar(18) NOT NULL REFERENCES \"snomedct_concept\" (\"id\") "
    "DEFERRABLE INITIALLY DEFERRED);"
    "CREATE TABLE \"snomedct_description\" (\"id\" varchar(18) NOT NULL PRIMARY KEY, "
    "\"effective_time\" date NOT NULL, \"active\" bool NOT NULL, "
    "\"language_code\" varchar(3) NOT NULL, \"term\" varchar(255) NOT NULL, "
    "\"case_significance_id\" varchar(18) NOT NULL REFERENCES \"snomedct_concept\" (\"id\") "
    "DEFERRABLE INITIALLY DEFERRED, "
    "\"concept_id\" varchar(18) NOT NULL REFERENCES \"snomedct_concept\" (\"id\") "
    "DEFERRABLE INITIALLY DEFERRED, "
    "\"module_id\" varchar(18) NOT NULL REFERENCES \"snomedct_concept\" (\"id\") "
    "DEFERRABLE INITIALLY DEFERRED, "
    "\"type_id\" varchar(18) NOT NULL REFERENCES \"snomedct_concept\" (\"id\") "
    "DEFERRABLE INITIALLY DEFERRED);";

constexpr std::string_view indexes_sql =
    "CREATE INDEX \"snomedct_relationship_destination_id_c478c148\" ON "
    "\"snomedct_relationship\" (\"destination_id\");"
    "CREATE INDEX \"snomedct_relationship_source_id_87790f14\" ON "
    "\"snomedct_relationship\" (\"source_id\");"
    "CREATE INDEX \"snomedct_description_concept_id_32b90dac\" ON "
    "\"snomedct_description\" (\"concept_id\");";

constexpr std::string_view associations_sql =
    "CREATE TABLE \"snomedct_historicalassociation\" (\"id\" varchar(36) NOT NULL PRIMARY KEY, "
    "\"effective_time\" date NOT NULL, \"active\" bool NOT NULL, "
    "\"refset_id\" varchar(18) NOT NULL, \"referenced_component_id\" varchar(18) NOT NULL, "
    "\"target_component_id\" varchar(18) NOT NULL);";

constexpr std::uint64_t rows_per_progress = 4096;

// An id as text, in place.
class IdText {
 public:
  explicit IdText(std::uint64_t id)
      : end_(std::to_chars(bytes_.data(), bytes_.data() + bytes_.size(), id).ptr) {}
  std::string_view view() const { return {bytes_.data(), end_}; }

 private:
  std::array<char, 20> bytes_{};
  const char* end_;
};

template <std::size_t size>
std::string_view view(const std::array<char, size>& text) {
  return {text.data(), text.size()};
}

base::Result<void> write_concept(RowInserter& inserter, const Tables& tables,
                                 const ConceptRow& row) {
  const IdText id(row.id);
  const auto date = date_text(row.effective_time);
  inserter.text(1, id.view());
  inserter.text(2, view(date));
  inserter.integer(3, row.is_active);
  inserter.text(4, tables.dictionary.text(row.definition_status));
  inserter.text(5, tables.dictionary.text(row.module));
  return inserter.insert();
}

base::Result<void> write_description(RowInserter& inserter, const Tables& tables,
                                     const DescriptionRow& row) {
  const IdText id(row.id);
  const IdText concept_id(row.concept_id);
  const auto date = date_text(row.effective_time);
  inserter.text(1, id.view());
  inserter.text(2, view(date));
  inserter.integer(3, row.is_active);
  inserter.text(4, tables.dictionary.text(row.language));
  inserter.text(5, tables.term(row));
  inserter.text(6, tables.dictionary.text(row.case_significance));
  inserter.text(7, concept_id.view());
  inserter.text(8, tables.dictionary.text(row.module));
  inserter.text(9, tables.dictionary.text(row.type));
  return inserter.insert();
}

base::Result<void> write_relationship(RowInserter& inserter, const Tables& tables,
                                      const RelationshipRow& row) {
  const IdText id(row.id);
  const IdText source(row.source);
  const IdText destination(row.destination);
  const auto date = date_text(row.effective_time);
  inserter.text(1, id.view());
  inserter.text(2, view(date));
  inserter.integer(3, row.is_active);
  inserter.text(4, tables.dictionary.text(row.group));
  inserter.text(5, tables.dictionary.text(row.characteristic_type));
  inserter.text(6, destination.view());
  inserter.text(7, tables.dictionary.text(row.modifier));
  inserter.text(8, tables.dictionary.text(row.module));
  inserter.text(9, source.view());
  inserter.text(10, tables.dictionary.text(row.type));
  return inserter.insert();
}

base::Result<void> write_association(RowInserter& inserter, const Tables&,
                                     const AssociationRow& row) {
  const auto id = uuid_text(row.id);
  const IdText source(row.source);
  const IdText target(row.target);
  const auto date = date_text(row.effective_time);
  inserter.text(1, view(id));
  inserter.text(2, view(date));
  inserter.integer(3, 1);
  inserter.text(4, info_of(row.kind).refset_id);
  inserter.text(5, source.view());
  inserter.text(6, target.view());
  return inserter.insert();
}

class TablesWriter {
 public:
  TablesWriter(ReleaseWriter& writer, const Tables& tables, ImportStages& stages)
      : writer_(writer), tables_(tables), stages_(stages) {}

  template <class Row, class WriteRow>
  base::Result<void> write(std::string_view table, std::string_view columns,
                           std::vector<Row>& table_rows, WriteRow write_row) {
    const std::vector<Row> rows = std::move(table_rows);
    table_rows = {};
    auto inserter = writer_.table(table, columns);
    if (!inserter) return inserter.error();
    for (const Row& row : rows) {
      const auto written = write_row(*inserter, tables_, row);
      if (!written) return written;
      if (++rows_written_ % rows_per_progress != 0) continue;
      const auto advanced = stages_.advance_to(rows_written_);
      if (!advanced) return advanced;
    }
    return stages_.advance_to(rows_written_);
  }

 private:
  ReleaseWriter& writer_;
  const Tables& tables_;
  ImportStages& stages_;
  std::uint64_t rows_written_ = 0;
};

}  // namespace

const ReleaseSchema release_schema = {"snomedct", migrations, tables_sql, indexes_sql};

base::Result<void> write_tables(ReleaseWriter& writer, Tables& tables, ImportStages& stages) {
  stages.begin("writing", tables.concepts.size() + tables.descriptions.size() +
                              tables.relationships.size() + tables.associations.size());
  TablesWriter out(writer, tables, stages);
  auto written =
      out.write("snomedct_concept", "id, effective_time, active, definition_status_id, module_id",
                tables.concepts, write_concept);
  if (!written) return written;
  written = out.write("snomedct_description",
                      "id, effective_time, active, language_code, term, case_significance_id, "
                      "concept_id, module_id, type_id",
                      tables.descriptions, write_description);
  if (!written) return written;
  written = out.write("snomedct_relationship",
                      "id, effective_time, active, relationship_group, characteristic_type_id, "
                      "destination_id, modifier_id, module_id, source_id, type_id",
                      tables.relationships, write_relationship);
  if (!written || tables.associations.empty()) return written;
  const auto made = writer.make_table(associations_sql);
  if (!made) return made;
  return out.write("snomedct_historicalassociation",
                   "id, effective_time, active, refset_id, referenced_component_id, "
                   "target_component_id",
                   tables.associations, write_association);
}

}  // namespace codelog::coding_systems::snomedct
