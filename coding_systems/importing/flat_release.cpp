#include "coding_systems/importing/flat_release.h"

#include <algorithm>

#include "coding_systems/importing/import_finish.h"
#include "coding_systems/importing/text_lines.h"
#include "events/base/text.h"

namespace codelog::coding_systems {
namespace {

constexpr std::uint64_t rows_per_progress = 1024;

struct CodeColumns {
  std::size_t code = 0;
  std::size_t term = 0;
  std::optional<std::size_t> parent;
  std::size_t count = 0;
};

base::Result<CodeColumns> read_header(CsvReader& csv) {
  const auto more = csv.next_record();
  if (!more) return more.error();
  if (!*more) return csv.error_here("the file is empty: its header is missing");
  const auto code = csv.find_column("code");
  if (!code) return code.error();
  const auto term = csv.find_column("term");
  if (!term) return term.error();
  CodeColumns columns{*code, *term, std::nullopt, csv.fields().size()};
  if (std::ranges::find(csv.fields(), "parent") != csv.fields().end()) {
    const auto parent = csv.find_column("parent");
    if (!parent) return parent.error();
    columns.parent = *parent;
  }
  return columns;
}

// A row may have only fields that nobody reads, such as a date in each row.
bool is_blank_row(const CodeRow& row) {
  return is_white_space(row.code) && is_white_space(row.term) && is_white_space(row.parent);
}

const FlatConcept* find_concept(const FlatTables& tables, std::string_view code) {
  const auto found = std::ranges::lower_bound(tables.concepts, code, {}, &FlatConcept::code);
  return found != tables.concepts.end() && found->code == code ? &*found : nullptr;
}

base::Error error_at(const FlatTables& tables, const FlatConcept& row, const std::string& detail) {
  return {base::ErrorCode::invalid,
          tables.source_name + ", line " + std::to_string(row.line) + ": " + detail,
          {}};
}

std::string table_name(const FlatSystem& system, std::string_view table) {
  return std::string(system.id) + "_" + std::string(table);
}

base::Result<void> write_concepts(ReleaseWriter& writer, const FlatSystem& system,
                                  const FlatTables& tables, ImportStages& stages) {
  auto inserter = writer.table(table_name(system, "concept"), "code, term, parent_id");
  if (!inserter) return inserter.error();
  for (const FlatConcept& row : tables.concepts) {
    inserter->text(1, row.code);
    inserter->text(2, row.term);
    if (row.parent) {
      inserter->text(3, *row.parent);
    } else {
      inserter->null(3);
    }
    if (auto inserted = inserter->insert(); !inserted) return inserted;
  }
  return stages.advance_to(tables.concepts.size());
}

base::Result<void> write_synonyms(ReleaseWriter& writer, const FlatSystem& system,
                                  const FlatTables& tables, ImportStages& stages) {
  CODELOG_CHECK(system.has_synonyms || tables.synonyms.empty(), "synonyms without a table");
  if (!system.has_synonyms) return {};
  auto inserter = writer.table(table_name(system, "synonym"), "concept_id, term_code, term");
  if (!inserter) return inserter.error();
  for (const FlatSynonym& row : tables.synonyms) {
    inserter->text(1, row.code);
    inserter->text(2, row.term_code);
    inserter->text(3, row.term);
    if (auto inserted = inserter->insert(); !inserted) return inserted;
  }
  return stages.advance_to(tables.concepts.size() + tables.synonyms.size());
}

// The same source as read_flat_release() would read from the written release file.
IndexSource index_source(const FlatTables& tables) {
  IndexSource source;
  for (const FlatConcept& row : tables.concepts) {
    source.add_concept(row.code, flat_concept_kind);
    source.add_text(row.code, TextRole::name, row.term);
    if (row.parent) source.add_edge(*row.parent, row.code);
  }
  for (const FlatSynonym& row : tables.synonyms) {
    source.add_text(row.code, TextRole::synonym, row.term);
  }
  return source;
}

}  // namespace

base::Result<void> read_code_rows(CsvReader& csv, ImportStages& stages,
                                  const std::function<base::Result<void>(const CodeRow&)>& take) {
  const auto columns = read_header(csv);
  if (!columns) return columns.error();
  for (std::uint64_t rows = 1;; ++rows) {
    const auto more = csv.next_record();
    if (!more) return more.error();
    if (!*more) break;
    if (rows > stages.rows_max()) {
      return csv.error_here("the file has more than " + std::to_string(stages.rows_max()) +
                            " rows");
    }
    const auto fields = csv.fields();
    if (auto checked = csv.check_width(columns->count); !checked) return checked;
    const CodeRow row{fields[columns->code], fields[columns->term],
                      columns->parent ? std::string_view(fields[*columns->parent]) : ""};
    if (is_blank_row(row)) continue;
    if (auto taken = take(row); !taken) return taken;
    if (rows % rows_per_progress != 0) continue;
    if (auto proceed = stages.advance_to(csv.bytes_read()); !proceed) return proceed;
  }
  return {};
}

bool is_flat_term(std::string_view text) {
  return !text.empty() && text.size() <= flat_term_bytes_max && base::is_utf8(text) &&
         text.find_first_of(std::string_view("\0\r\n", 3)) == std::string_view::npos;
}

base::Result<void> hang_concepts(FlatTables& tables, const FlatSystem& system) {
  for (FlatConcept& row : tables.concepts) {
    if (row.parent) {
      if (*row.parent == row.code) return error_at(tables, row, row.code + " is its own parent");
      if (find_concept(tables, *row.parent) != nullptr) continue;
      tables.notices.add("parents that are given are not in the file: the form of the code decides",
                         row.code);
      row.parent.reset();
    }
    for (std::string above = system.one_level_up(row.code); !above.empty();
         above = system.one_level_up(above)) {
      if (find_concept(tables, above) == nullptr) continue;
      row.parent = above;
      break;
    }
  }
  return {};
}

base::Result<ImportOutcome> import_flat_release(const ImportRequest& request,
                                                const FlatSystem& system, const FlatTables& tables,
                                                ImportStages& stages) {
  auto writer = ReleaseWriter::create(request.target_folder, request.alias, system.schema);
  if (!writer) return writer.error();
  BackgroundIndex index(system.id, [&tables] { return index_source(tables); });
  stages.begin("writing", tables.concepts.size() + tables.synonyms.size());
  if (auto written = write_concepts(**writer, system, tables, stages); !written) {
    return written.error();
  }
  if (auto written = write_synonyms(**writer, system, tables, stages); !written) {
    return written.error();
  }
  const auto finished = finish_import(**writer, index, stages, tables.source_name);
  if (!finished) return finished.error();
  return ImportOutcome{.file = (*writer)->file(),
                       .file_digest = finished->digest,
                       .source_bytes = tables.source_bytes,
                       .concepts_count = tables.concepts.size(),
                       .descriptions_count = tables.concepts.size() + tables.synonyms.size(),
                       .notices = tables.notices.take(),
                       .stages = stages.take()};
}

base::Result<IndexSource> read_flat_release(const SqliteFile& file, const FlatSystem& system) {
  const std::string concepts = table_name(system, "concept");
  const std::string synonyms = table_name(system, "synonym");
  if (auto present = file.require_table(concepts, {"code", "term", "parent_id"}); !present) {
    return present.error();
  }
  IndexSource source;
  auto read = file.for_each_row("SELECT code, term, parent_id FROM " + concepts + " ORDER BY rowid",
                                [&](const SqliteRow& row) {
                                  source.add_concept(row.text(0), flat_concept_kind);
                                  source.add_text(row.text(0), TextRole::name, row.text(1));
                                  if (!row.is_null(2)) source.add_edge(row.text(2), row.text(0));
                                  return base::Result<void>();
                                });
  if (!read) return read.error();
  if (!system.has_synonyms) return source;
  if (auto present = file.require_table(synonyms, {"concept_id", "term"}); !present) {
    return present.error();
  }
  read = file.for_each_row("SELECT concept_id, term FROM " + synonyms + " ORDER BY rowid",
                           [&](const SqliteRow& row) {
                             source.add_text(row.text(0), TextRole::synonym, row.text(1));
                             return base::Result<void>();
                           });
  if (!read) return read.error();
  return source;
}

}  // namespace codelog::coding_systems
