#include "server/migration/mapping_migration.h"

#include <array>
#include <functional>
#include <utility>

#include "coding_systems/importing/mapping_writer.h"
#include "coding_systems/index/previous_file.h"
#include "events/base/file.h"
#include "mappings/dmdvmpprevmap/import.h"
#include "mappings/files/mappings.h"
#include "server/migration/thrown.h"

namespace codelog::migration {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using coding_systems::ImportOutcome;
using coding_systems::ImportRequest;
using events::Stream;

// How a column is stored.
enum class Kind { text, optional_text, truth, date };
struct Column {
  std::string_view name;
  Kind kind = Kind::text;
};

constexpr std::array bnfdmd_columns = {Column{"dmd_code"}, Column{"dmd_type"},
                                       Column{"bnf_concept_id"}};
constexpr std::array ctv3sctmap2_columns = {
    Column{"id"},
    Column{"ctv3_term_type"},
    Column{"map_status", Kind::truth},
    Column{"effective_date", Kind::date},
    Column{"is_assured", Kind::truth},
    Column{"ctv3_concept_id"},
    Column{"ctv3_term_id"},
    Column{"sct_concept_id", Kind::optional_text},
    Column{"sct_description_id", Kind::optional_text},
};

std::string table_of(std::string_view mapping) { return std::string(mapping) + "_mapping"; }

std::string names_of(std::span<const Column> columns) {
  std::string names;
  for (const Column& column : columns) {
    names += (names.empty() ? "" : ", ") + std::string(column.name);
  }
  return names;
}

// The statements that make the table, or its indexes, as the old site has them.
std::string sql_of(const SourceDatabase& source, const std::string& table, const char* type) {
  std::string sql;
  source.for_each("sqlite_schema",
                  "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type = '" +
                      std::string(type) + "' AND tbl_name = '" + table + "' ORDER BY name",
                  [&](const SourceRow& row) { sql += row.text(1) + ";"; });
  return sql;
}

void insert_row(coding_systems::RowInserter& inserter, const SourceRow& row,
                std::span<const Column> columns) {
  std::vector<std::string> texts(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const int column = static_cast<int>(i);
    const Kind kind = columns[i].kind;
    if (kind == Kind::truth) {
      inserter.integer(column + 1, row.boolean(column) ? 1 : 0);
    } else if (kind == Kind::optional_text && row.is_null(column)) {
      inserter.null(column + 1);
    } else {
      texts[i] = kind == Kind::date ? row.date(column) : row.text(column);
      inserter.text(column + 1, texts[i]);
    }
  }
  check_done(inserter.insert());
}

ImportOutcome copy_table(const SourceDatabase& source, const ImportRequest& request,
                         std::string_view mapping, std::span<const Column> columns) {
  const std::string table = table_of(mapping);
  const std::string tables_sql = sql_of(source, table, "table");
  const std::string indexes_sql = sql_of(source, table, "index");
  constexpr std::array<std::string_view, 1> migrations = {"0001_initial"};
  const coding_systems::ReleaseSchema schema = {mapping, migrations, tables_sql, indexes_sql};
  auto writer = value_or_throw(
      coding_systems::ReleaseWriter::create(request.target_folder, request.alias, schema));
  coding_systems::MappingCounts counts;
  {
    auto inserter = value_or_throw(writer->table(table, names_of(columns)));
    const std::string query = "SELECT " + names_of(columns) + " FROM " + table + " ORDER BY 1";
    source.for_each(table, query, [&](const SourceRow& row) {
      insert_row(inserter, row, columns);
      ++counts.rows_count;
    });
  }
  coding_systems::ImportStages stages(request);
  return value_or_throw(coding_systems::publish_mapping(*writer, counts, stages));
}

ImportOutcome copy_previous_vmps(const MigrationWork& work, const ImportRequest& request) {
  const std::string table = table_of(mappings::dmdvmpprevmap_id);
  std::vector<mappings::PreviousVmp> pairs;
  std::uint64_t equal_count = 0;
  work.source.for_each(table, "SELECT id, vpidprev FROM " + table, [&](const SourceRow& row) {
    const auto id = coding_systems::SctidText::from(row.text(0));
    const auto previous = coding_systems::SctidText::from(row.text(1));
    if (!id) row.refuse(0, "is longer than 18 characters");
    if (!previous) row.refuse(1, "is longer than 18 characters");
    if (*id == *previous) ++equal_count;
    pairs.push_back({*id, *previous});
  });
  if (equal_count > 0) {
    work.report.left_out.push_back(std::to_string(equal_count) + " rows of " + table +
                                   " in which a VMP precedes itself, which have no effect");
  }
  return value_or_throw(mappings::extend_dmdvmpprevmap(request, std::nullopt, std::move(pairs)));
}

// The mapping must be usable before it is registered.
void check_opens(std::string_view mapping, const fs::path& file) {
  const auto check = [](const auto& opened) {
    if (opened) return;
    const base::Error error{ErrorCode::invalid, opened.error().detail, {}};
    throw_error(error);
  };
  if (mapping == mappings::bnfdmd_id) return check(mappings::BnfDmdMapping::open(file));
  if (mapping == mappings::ctv3sctmap2_id) return check(mappings::Ctv3SnomedMapping::open(file));
  check(mappings::PreviousVmps::open(file));
}

void put_in_place(const fs::path& made, const fs::path& file) {
  std::error_code error;
  fs::rename(made, file, error);
  if (error) throw_error(ErrorCode::io, "cannot make " + file.string() + ": " + error.message());
  check_done(base::sync_folder(file.parent_path()));
}

class MappingMigration {
 public:
  MappingMigration(const MigrationWork& work, fs::path made)
      : work_(work), made_(std::move(made)), views_(work.target.views()) {}

  void bring(const std::string& mapping) {
    const std::uint64_t rows = work_.source.count(table_of(mapping));
    if (rows > 0) ++work_.report.mappings.found;
    const auto known = record_of(mapping);
    if (rows == 0) {
      if (known) work_.report.kept.push_back("mapping " + mapping + ", which the old site lacks");
      return;
    }
    ImportRequest request;
    request.target_folder = made_ / mapping;
    request.alias = migrated_mapping_name;
    const ImportOutcome outcome = make(mapping, request);
    check_opens(mapping, outcome.file);
    const auto newest = views_.latest_mapping(mapping);
    if (newest && newest->name != migrated_mapping_name) {
      work_.report.kept.push_back("mapping " + mapping + ": the release " + newest->name +
                                  ", imported here, is used before the old site's");
    }
    const fs::path file =
        mappings::mapping_file(work_.target.folder().path(), mapping, migrated_mapping_name);
    std::error_code error;
    if (known && known->file_digest == outcome.file_digest && fs::exists(file, error)) return;
    ++(known ? work_.report.mappings.changed : work_.report.mappings.added);
    if (work_.target.is_planning()) return append(mapping, outcome);
    fs::create_directories(file.parent_path(), error);
    auto previous = value_or_throw(coding_systems::PreviousFile::keep(file));
    put_in_place(outcome.file, file);
    append(mapping, outcome);
    previous.let_go();
  }

 private:
  std::optional<projections::MappingRecord> record_of(const std::string& mapping) const {
    for (auto& record : views_.mappings()) {
      if (record.mapping == mapping && record.name == migrated_mapping_name) return record;
    }
    return std::nullopt;
  }

  ImportOutcome make(const std::string& mapping, const ImportRequest& request) const {
    if (mapping == mappings::dmdvmpprevmap_id) return copy_previous_vmps(work_, request);
    if (mapping == mappings::bnfdmd_id) {
      return copy_table(work_.source, request, mapping, bnfdmd_columns);
    }
    return copy_table(work_.source, request, mapping, ctv3sctmap2_columns);
  }

  void append(const std::string& mapping, const ImportOutcome& outcome) {
    events::MappingRegistered registered{.mapping = mapping,
                                         .name = std::string(migrated_mapping_name),
                                         .valid_from = std::string(migrated_mapping_day),
                                         .import_ref = "db.sqlite3",
                                         .file_digest = outcome.file_digest,
                                         .rows_count = outcome.rows_count};
    work_.target.append({Stream::of_mapping(mapping)}, {std::move(registered)});
  }

  const MigrationWork& work_;
  const fs::path made_;
  const projections::Views views_;
};

}  // namespace

void migrate_mappings(const MigrationWork& work, const fs::path& made) {
  MappingMigration migration(work, made);
  std::uint64_t done = 0;
  for (const std::string_view mapping : mappings::all_mappings) {
    work.advance("mappings", done++, mappings::all_mappings.size());
    work.refusals.attempt([&] { migration.bring(std::string(mapping)); });
  }
}

}  // namespace codelog::migration
