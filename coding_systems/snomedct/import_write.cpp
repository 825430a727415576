#include "coding_systems/snomedct/import_write.h"

#include <array>
#include <charconv>
#include <chrono>
#include <utility>
#include <vector>

namespace codelog::coding_systems::snomedct {
namespace {

constexpr std::array<std::string_view, 2> migrations = {"0001_squashed_0004_20250425",
                                                        "0005_alter_concept_sources"};

// The text is the schema's identity: spelling, order and names as Django wrote them.
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
constexpr std::chrono::milliseconds progress_interval{50};

struct TableLayout {
  std::string_view name;
  std::string_view columns;
};
constexpr TableLayout concept_layout = {
    "snomedct_concept", "id, effective_time, active, definition_status_id, module_id"};
constexpr TableLayout description_layout = {
    "snomedct_description",
    "id, effective_time, active, language_code, term, case_significance_id, concept_id, module_id, "
    "type_id"};
constexpr TableLayout relationship_layout = {
    "snomedct_relationship",
    "id, effective_time, active, relationship_group, characteristic_type_id, destination_id, "
    "modifier_id, module_id, source_id, type_id"};
constexpr TableLayout association_layout = {
    "snomedct_historicalassociation",
    "id, effective_time, active, refset_id, referenced_component_id, target_component_id"};

// An id as text, without allocation.
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

base::Result<void> write_concept(RowInserter& inserter, const Rf2Dictionary& dictionary,
                                 const ConceptRow& row) {
  const IdText id(row.id);
  const auto date = date_text(row.effective_time);
  inserter.text(1, id.view());
  inserter.text(2, view(date));
  inserter.integer(3, row.is_active);
  inserter.text(4, dictionary.text(row.definition_status));
  inserter.text(5, dictionary.text(row.module));
  return inserter.insert();
}

base::Result<void> write_description(RowInserter& inserter, const Rf2Dictionary& dictionary,
                                     std::string_view term, const DescriptionRow& row) {
  const IdText id(row.id);
  const IdText concept_id(row.concept_id);
  const auto date = date_text(row.effective_time);
  inserter.text(1, id.view());
  inserter.text(2, view(date));
  inserter.integer(3, row.is_active);
  inserter.text(4, dictionary.text(row.language));
  inserter.text(5, term);
  inserter.text(6, dictionary.text(row.case_significance));
  inserter.text(7, concept_id.view());
  inserter.text(8, dictionary.text(row.module));
  inserter.text(9, dictionary.text(row.type));
  return inserter.insert();
}

base::Result<void> write_relationship(RowInserter& inserter, const Rf2Dictionary& dictionary,
                                      const RelationshipRow& row) {
  const IdText id(row.id);
  const IdText source(row.source);
  const IdText destination(row.destination);
  const auto date = date_text(row.effective_time);
  inserter.text(1, id.view());
  inserter.text(2, view(date));
  inserter.integer(3, row.is_active);
  inserter.text(4, dictionary.text(row.group));
  inserter.text(5, dictionary.text(row.characteristic_type));
  inserter.text(6, destination.view());
  inserter.text(7, dictionary.text(row.modifier));
  inserter.text(8, dictionary.text(row.module));
  inserter.text(9, source.view());
  inserter.text(10, dictionary.text(row.type));
  return inserter.insert();
}

base::Result<void> write_association(RowInserter& inserter, const AssociationRow& row) {
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

// Calls on_rows(number of rows written) from time to time.
template <class Row, class WriteRow, class OnRows>
base::Result<void> write_table(ReleaseWriter& writer, const TableLayout& layout,
                               const std::vector<Row>& rows, WriteRow write_row, OnRows on_rows) {
  auto inserter = writer.table(layout.name, layout.columns);
  if (!inserter) return inserter.error();
  std::uint64_t rows_written = 0;
  for (const Row& row : rows) {
    if (auto written = write_row(*inserter, row); !written) return written;
    if (++rows_written % rows_per_progress != 0) continue;
    if (auto proceed = on_rows(rows_written); !proceed) return proceed;
  }
  return on_rows(rows_written);
}

}  // namespace

const ReleaseSchema release_schema = {.application = "snomedct",
                                      .migrations = migrations,
                                      .tables_sql = tables_sql,
                                      .indexes_sql = indexes_sql,
                                      .has_distinct_keys = true};

TablesWriter::~TablesWriter() { stop_.request_stop(); }

void TablesWriter::begin(EarlyTable table) {
  const auto number = static_cast<std::size_t>(table);
  CODELOG_CHECK(number == 0 || begun_.at(number - 1).valid(), "a table was begun out of its order");
  const auto before = number > 0 ? begun_.at(number - 1) : std::shared_future<base::Result<void>>();
  // The dictionary continues to grow meanwhile.
  begun_.at(number) =
      std::async(std::launch::async, [this, table, before, dictionary = tables_.dictionary] {
        if (before.valid() && !before.get()) return before.get();
        return write_early(table, dictionary);
      }).share();
}

base::Result<void> TablesWriter::write_early(EarlyTable table, const Rf2Dictionary& dictionary) {
  const std::uint64_t rows_before = early_rows_written_;
  const auto on_rows = [this, rows_before](std::uint64_t rows) -> base::Result<void> {
    early_rows_written_ = rows_before + rows;
    if (!stop_.stop_requested()) return {};
    return base::Error{base::ErrorCode::unavailable, "the import was stopped", {}};
  };
  const auto write = [&](const TableLayout& layout, const auto& rows, const auto& write_row) {
    return write_table(writer_, layout, rows, write_row, on_rows);
  };
  // The indexes of the first two tables are made while the relationships are still being read;
  // those of the relationships when the file is sealed.
  switch (table) {
    case EarlyTable::concepts: {
      const auto written = write(concept_layout, tables_.concepts, [&](auto& inserter, auto& row) {
        return write_concept(inserter, dictionary, row);
      });
      return written ? writer_.finish_table(concept_layout.name) : written;
    }
    case EarlyTable::descriptions: {
      const auto written =
          write(description_layout, tables_.descriptions, [&](auto& inserter, auto& row) {
            return write_description(inserter, dictionary, tables_.term(row), row);
          });
      return written ? writer_.finish_table(description_layout.name) : written;
    }
    case EarlyTable::relationships:
      break;
  }
  return write(relationship_layout, tables_.relationships, [&](auto& inserter, auto& row) {
    return write_relationship(inserter, dictionary, row);
  });
}

base::Result<void> TablesWriter::wait_for(EarlyTable table, ImportStages& stages) {
  const auto& begun = begun_.at(static_cast<std::size_t>(table));
  CODELOG_CHECK(begun.valid(), "a table was not begun");
  while (begun.wait_for(progress_interval) != std::future_status::ready) {
    if (auto proceed = stages.advance_to(early_rows_written_); !proceed) return proceed;
  }
  return begun.get();
}

base::Result<void> TablesWriter::finish(ImportStages& stages) {
  const std::uint64_t early_rows =
      tables_.concepts.size() + tables_.descriptions.size() + tables_.relationships.size();
  stages.begin("writing", early_rows + tables_.associations.size());
  if (auto written = wait_for(EarlyTable::concepts, stages); !written) return written;
  tables_.concepts = {};
  if (auto written = wait_for(EarlyTable::descriptions, stages); !written) return written;
  tables_.descriptions = {};
  if (auto written = wait_for(EarlyTable::relationships, stages); !written) return written;
  tables_.relationships = {};
  if (auto proceed = stages.advance_to(early_rows); !proceed) return proceed;

  if (tables_.associations.empty()) return {};
  if (auto made = writer_.make_table(associations_sql); !made) return made;
  const auto written =
      write_table(writer_, association_layout, tables_.associations, write_association,
                  [&](std::uint64_t rows) { return stages.advance_to(early_rows + rows); });
  tables_.associations = {};
  return written;
}

}  // namespace codelog::coding_systems::snomedct
