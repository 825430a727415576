#include "coding_systems/icd10/import_write.h"

#include <array>
#include <set>
#include <unordered_map>
#include <utility>

#include "coding_systems/icd10/index_rows.h"

namespace codelog::coding_systems::icd10 {
namespace {

constexpr std::array<std::string_view, 4> migrations = {
    "0001_initial", "0002_edition_conceptedition_concept_editions_rubric_and_more",
    "0003_migrate_existing_data_to_transitional_model",
    "0004_remove_concept_kind_remove_concept_term"};

// The text is the schema's identity: spelling, order and names as Django wrote them.
constexpr std::string_view tables_sql =
    "CREATE TABLE \"icd10_edition\" (\"id\" varchar(20) NOT NULL PRIMARY KEY, \"version\" "
    "integer NOT NULL, \"year\" integer NOT NULL, \"source_description\" varchar(255) NOT "
    "NULL);"
    "CREATE TABLE \"icd10_conceptrubric\" (\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "
    "\"kind\" varchar(13) NOT NULL, \"text\" text NOT NULL, \"concept_edition_id\" integer NOT "
    "NULL REFERENCES \"icd10_conceptedition\" (\"id\") DEFERRABLE INITIALLY DEFERRED);"
    "CREATE TABLE \"icd10_concept\" (\"code\" varchar(7) NOT NULL PRIMARY KEY, \"parent_id\" "
    "varchar(7) NULL REFERENCES \"icd10_concept\" (\"code\") DEFERRABLE INITIALLY DEFERRED);"
    "CREATE TABLE \"icd10_modifierrubric\" (\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "
    "\"kind\" varchar(13) NOT NULL, \"text\" text NOT NULL, \"concept_edition_id\" integer NOT "
    "NULL REFERENCES \"icd10_conceptedition\" (\"id\") DEFERRABLE INITIALLY DEFERRED);"
    "CREATE TABLE \"icd10_daggerasteriskrelation\" (\"id\" integer NOT NULL PRIMARY KEY "
    "AUTOINCREMENT, \"dagger_code\" varchar(255) NOT NULL, \"asterisk_code\" varchar(255) NOT "
    "NULL, \"asterisk_concept_id\" integer NULL REFERENCES \"icd10_conceptedition\" (\"id\") "
    "DEFERRABLE INITIALLY DEFERRED, \"dagger_concept_id\" integer NULL REFERENCES "
    "\"icd10_conceptedition\" (\"id\") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "
    "\"dagger_asterisk_at_least_one_concept\" CHECK ((\"dagger_concept_id\" IS NOT NULL OR "
    "\"asterisk_concept_id\" IS NOT NULL)));"
    "CREATE TABLE \"icd10_conceptedition\" (\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "
    "\"kind\" varchar(8) NOT NULL, \"usage\" varchar(8) NOT NULL, \"term\" varchar(255) NOT "
    "NULL, \"term_modifier\" varchar(255) NULL, \"modifier_position\" integer NULL, "
    "\"concept_id\" varchar(7) NOT NULL REFERENCES \"icd10_concept\" (\"code\") DEFERRABLE "
    "INITIALLY DEFERRED, \"edition_id\" varchar(20) NOT NULL REFERENCES \"icd10_edition\" "
    "(\"id\") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT \"concept_edition_uq_together\" UNIQUE "
    "(\"concept_id\", \"edition_id\"), CONSTRAINT \"modifier_position_4_or_5\" CHECK "
    "(\"modifier_position\" IN (4, 5)));";

constexpr std::string_view indexes_sql =
    "CREATE INDEX \"icd10_conceptrubric_concept_edition_id_acc04388\" ON "
    "\"icd10_conceptrubric\" (\"concept_edition_id\");"
    "CREATE INDEX \"icd10_concept_parent_id_5912873c\" ON \"icd10_concept\" (\"parent_id\");"
    "CREATE INDEX \"icd10_modifierrubric_concept_edition_id_a8cf5b72\" ON "
    "\"icd10_modifierrubric\" (\"concept_edition_id\");"
    "CREATE UNIQUE INDEX \"dagger_asterisk_uq_together\" ON \"icd10_daggerasteriskrelation\" "
    "(\"dagger_concept_id\", \"asterisk_concept_id\") WHERE (\"dagger_concept_id\" IS NOT NULL "
    "AND \"asterisk_concept_id\" IS NOT NULL);"
    "CREATE UNIQUE INDEX \"dagger_asterisk_uq_unresolved_asterisk\" ON "
    "\"icd10_daggerasteriskrelation\" (\"dagger_concept_id\", \"asterisk_code\") WHERE "
    "(\"dagger_concept_id\" IS NOT NULL AND \"asterisk_concept_id\" IS NULL);"
    "CREATE UNIQUE INDEX \"dagger_asterisk_uq_unresolved_dagger\" ON "
    "\"icd10_daggerasteriskrelation\" (\"dagger_code\", \"asterisk_concept_id\") WHERE "
    "(\"dagger_concept_id\" IS NULL AND \"asterisk_concept_id\" IS NOT NULL);"
    "CREATE INDEX \"icd10_daggerasteriskrelation_asterisk_concept_id_1db9a012\" ON "
    "\"icd10_daggerasteriskrelation\" (\"asterisk_concept_id\");"
    "CREATE INDEX \"icd10_daggerasteriskrelation_dagger_concept_id_906739df\" ON "
    "\"icd10_daggerasteriskrelation\" (\"dagger_concept_id\");"
    "CREATE INDEX \"icd10_conceptedition_concept_id_36936d9c\" ON \"icd10_conceptedition\" "
    "(\"concept_id\");"
    "CREATE INDEX \"icd10_conceptedition_edition_id_f9b1c1bc\" ON \"icd10_conceptedition\" "
    "(\"edition_id\");";

constexpr std::uint64_t rows_per_progress = 4096;

class TablesWriter {
 public:
  TablesWriter(ReleaseWriter& writer, ImportStages& stages) : writer_(writer), stages_(stages) {}

  base::Result<void> write_concepts(const std::vector<ConceptRow>& concepts) {
    auto inserter = writer_.table("icd10_concept", "code, parent_id");
    if (!inserter) return inserter.error();
    for (const ConceptRow& row : concepts) {
      inserter->text(1, row.code);
      if (row.parent.empty()) {
        inserter->null(2);
      } else {
        inserter->text(2, row.parent);
      }
      if (auto inserted = insert(*inserter); !inserted) return inserted;
    }
    return {};
  }

  base::Result<void> write_edition(const Edition& edition) {
    auto inserter = writer_.table("icd10_edition", "id, version, year, source_description");
    if (!inserter) return inserter.error();
    inserter->text(1, edition.id);
    inserter->integer(2, edition.version);
    inserter->integer(3, edition.year);
    inserter->text(4, edition.description);
    if (auto inserted = insert(*inserter); !inserted) return inserted;
    const std::int64_t first_row = records_written_ + 1;
    if (auto written = write_records(edition); !written) return written;
    if (auto written = write_rubrics(edition, first_row); !written) return written;
    return write_pairs(edition, first_row);
  }

 private:
  base::Result<void> insert(RowInserter& inserter) {
    if (auto inserted = inserter.insert(); !inserted) return inserted;
    if (++rows_written_ % rows_per_progress != 0) return {};
    return stages_.advance_to(static_cast<std::uint64_t>(records_written_));
  }

  base::Result<void> write_records(const Edition& edition) {
    auto inserter = writer_.table(
        "icd10_conceptedition",
        "kind, usage, term, term_modifier, modifier_position, concept_id, edition_id");
    if (!inserter) return inserter.error();
    inserter->text(7, edition.id);
    for (const EditionRecord& record : edition.records) {
      inserter->text(1, name_of(record.level));
      inserter->text(2, name_of(record.usage));
      inserter->text(3, record.term);
      if (record.modifier.empty()) {
        inserter->null(4);
        inserter->null(5);
      } else {
        inserter->text(4, record.modifier);
        inserter->integer(5, record.modifier_position);
      }
      inserter->text(6, record.code);
      if (auto inserted = insert(*inserter); !inserted) return inserted;
      ++records_written_;
    }
    return {};
  }

  base::Result<void> write_rubrics(const Edition& edition, std::int64_t first_row) {
    const std::string_view columns = "kind, text, concept_edition_id";
    auto of_concepts = writer_.table("icd10_conceptrubric", columns);
    if (!of_concepts) return of_concepts.error();
    auto of_modifiers = writer_.table("icd10_modifierrubric", columns);
    if (!of_modifiers) return of_modifiers.error();
    std::int64_t row = first_row;
    for (const EditionRecord& record : edition.records) {
      for (const auto& [inserter, rubrics] :
           {std::pair(&*of_concepts, &record.rubrics),
            std::pair(&*of_modifiers, &record.modifier_rubrics)}) {
        for (const Rubric& rubric : *rubrics) {
          inserter->text(1, rubric.kind);
          inserter->text(2, rubric.text);
          inserter->integer(3, row);
          if (auto inserted = insert(*inserter); !inserted) return inserted;
        }
      }
      ++row;
    }
    return {};
  }

  base::Result<void> write_pairs(const Edition& edition, std::int64_t first_row) {
    auto inserter =
        writer_.table("icd10_daggerasteriskrelation",
                      "dagger_code, asterisk_code, asterisk_concept_id, dagger_concept_id");
    if (!inserter) return inserter.error();
    std::unordered_map<std::string_view, std::int64_t> rows;
    for (const EditionRecord& record : edition.records) {
      rows.emplace(record.code, first_row + static_cast<std::int64_t>(rows.size()));
    }
    const auto bind_row = [&](int column, std::string_view code) {
      const auto row = rows.find(code);
      if (row == rows.end()) {
        inserter->null(column);
      } else {
        inserter->integer(column, row->second);
      }
    };
    for (const CodePair& pair : pairs_of(edition)) {
      inserter->text(1, pair.dagger_code);
      inserter->text(2, pair.asterisk_code);
      bind_row(3, pair.asterisk_code);
      bind_row(4, pair.dagger_code);
      if (auto inserted = insert(*inserter); !inserted) return inserted;
    }
    return {};
  }

  ReleaseWriter& writer_;
  ImportStages& stages_;
  std::uint64_t rows_written_ = 0;
  std::int64_t records_written_ = 0;  // also the last id, because ids count from 1
};

}  // namespace

const ReleaseSchema release_schema = {"icd10", migrations, tables_sql, indexes_sql};

std::vector<CodePair> pairs_of(const Edition& edition) {
  std::vector<CodePair> pairs;
  std::set<std::pair<std::string_view, std::string_view>> known;
  for (const EditionRecord& record : edition.records) {
    for (const std::string& partner : record.partners) {
      const CodePair pair = record.usage == Usage::dagger ? CodePair{record.code, partner}
                                                          : CodePair{partner, record.code};
      if (known.emplace(pair.dagger_code, pair.asterisk_code).second) pairs.push_back(pair);
    }
  }
  return pairs;
}

base::Result<void> write_tables(ReleaseWriter& writer, const std::vector<Edition>& editions,
                                const std::vector<ConceptRow>& concepts, ImportStages& stages) {
  std::uint64_t records_count = 0;
  for (const Edition& edition : editions) records_count += edition.records.size();
  stages.begin("writing", records_count);
  TablesWriter tables(writer, stages);
  if (auto written = tables.write_concepts(concepts); !written) return written;
  for (const Edition& edition : editions) {
    if (auto written = tables.write_edition(edition); !written) return written;
  }
  return stages.advance_to(records_count);
}

IndexSource index_source(const std::vector<Edition>& editions,
                         const std::vector<ConceptRow>& concepts) {
  IndexRows rows;
  std::vector<EditionRow> of_concept;
  for (const ConceptRow& row : concepts) {
    of_concept.clear();
    for (std::size_t at = 0; at < editions.size(); ++at) {
      const EditionRecord* record = row.records[at];
      if (record == nullptr) continue;
      of_concept.push_back({.edition = edition_bit(editions[at].id),
                            .level = record->level,
                            .usage = record->usage,
                            .term = record->term,
                            .modifier = record->modifier});
    }
    rows.add_concept(row.code, row.parent, of_concept);
  }
  for (const Edition& edition : editions) {
    for (const CodePair& pair : pairs_of(edition)) {
      rows.add_pair(pair.dagger_code, pair.asterisk_code, edition_bit(edition.id));
    }
  }
  return rows.take();
}

}  // namespace codelog::coding_systems::icd10
