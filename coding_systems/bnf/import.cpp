#include "coding_systems/bnf/import.h"

#include "coding_systems/bnf/coding_system.h"
#include "coding_systems/bnf/import_tables.h"
#include "coding_systems/importing/background_index.h"
#include "coding_systems/importing/import_finish.h"
#include "coding_systems/importing/release_writer.h"

namespace codelog::coding_systems {
namespace {

constexpr std::array<std::string_view, 1> migrations = {"0001_squashed_0002_20250425"};

// The text is the schema's identity: spelling, order and names as Django wrote them.
constexpr std::string_view tables_sql =
    "CREATE TABLE \"bnf_concept\" (\"code\" varchar(15) NOT NULL PRIMARY KEY, "
    "\"type\" varchar(18) NOT NULL, \"name\" varchar(100) NOT NULL, "
    "\"parent_id\" varchar(15) NULL REFERENCES \"bnf_concept\" (\"code\") "
    "DEFERRABLE INITIALLY DEFERRED);";
constexpr std::string_view indexes_sql =
    "CREATE INDEX \"bnf_concept_parent_id_808c1159\" ON \"bnf_concept\" (\"parent_id\");";
constexpr ReleaseSchema release_schema = {.application = "bnf",
                                          .migrations = migrations,
                                          .tables_sql = tables_sql,
                                          .indexes_sql = indexes_sql,
                                          .has_distinct_keys = true};

base::Result<void> write_tables(ReleaseWriter& writer, const bnf::Tables& tables,
                                ImportStages& stages) {
  stages.begin("writing", tables.concepts.size());
  auto inserter = writer.table("bnf_concept", "code, type, name, parent_id");
  if (!inserter) return inserter.error();
  for (const bnf::ConceptRow& row : tables.concepts) {
    inserter->text(1, row.code);
    inserter->text(2, bnf::levels[row.level]);
    inserter->text(3, row.name);
    if (row.parent) {
      inserter->text(4, *row.parent);
    } else {
      inserter->null(4);
    }
    if (auto inserted = inserter->insert(); !inserted) return inserted;
  }
  return stages.advance_to(tables.concepts.size());
}

// The same source as read_index_source() would read from the written release file.
IndexSource index_source(const bnf::Tables& tables) {
  IndexSource source;
  for (const bnf::ConceptRow& row : tables.concepts) {
    source.add_concept(row.code, bnf::kind_of(bnf::levels[row.level]));
    source.add_text(row.code, TextRole::name, row.name);
    if (row.parent) source.add_edge(*row.parent, row.code);
  }
  return source;
}

}  // namespace

base::Result<ImportOutcome> import_bnf(const ImportRequest& request) {
  ImportStages stages(request);
  const auto tables = bnf::read_tables(request, stages);
  if (!tables) return tables.error();
  auto writer = ReleaseWriter::create(request.target_folder, request.alias, release_schema);
  if (!writer) return writer.error();

  BackgroundIndex index(bnf::system_id, [&tables] { return index_source(*tables); });
  const auto written = write_tables(**writer, *tables, stages);
  if (!written) return written.error();
  const auto sealed = finish_import(**writer, index, stages, tables->source_name);
  if (!sealed) return sealed.error();
  return ImportOutcome{.file = (*writer)->file(),
                       .file_digest = sealed->digest,
                       .source_bytes = tables->source_bytes,
                       .concepts_count = tables->concepts.size(),
                       .notices = tables->notices,
                       .stages = stages.take()};
}

}  // namespace codelog::coding_systems
