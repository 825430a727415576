#include "mappings/ctv3sctmap2/import.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

#include "coding_systems/importing/mapping_writer.h"
#include "coding_systems/importing/short_text.h"
#include "events/base/clock.h"
#include "events/base/text.h"
#include "mappings/ctv3sctmap2/mapping.h"
#include "mappings/ctv3sctmap2/table_reader.h"

namespace codelog::mappings {
namespace {

using base::Result;
using coding_systems::ImportOutcome;
using coding_systems::ImportRequest;
using coding_systems::ImportStages;
using coding_systems::ReadText;
using coding_systems::ReleaseWriter;
using coding_systems::SctidText;

constexpr std::array<std::string_view, 1> migrations = {"0001_initial"};

// The text is the schema's identity: spelling, order and names as Django wrote them.
constexpr std::string_view tables_sql =
    "CREATE TABLE \"ctv3sctmap2_mapping\" (\"id\" char(32) NOT NULL PRIMARY KEY, "
    "\"ctv3_term_type\" varchar(1) NOT NULL, \"map_status\" bool NOT NULL, "
    "\"effective_date\" date NOT NULL, \"is_assured\" bool NOT NULL, "
    "\"ctv3_concept_id\" varchar(5) NOT NULL, \"ctv3_term_id\" varchar(5) NOT NULL, "
    "\"sct_concept_id\" varchar(18) NULL, \"sct_description_id\" varchar(18) NULL);";
constexpr std::string_view indexes_sql =
    "CREATE INDEX \"ctv3sctmap2_mapping_ctv3_concept_id_e4210d33\" "
    "ON \"ctv3sctmap2_mapping\" (\"ctv3_concept_id\");"
    "CREATE INDEX \"ctv3sctmap2_mapping_ctv3_term_id_2cc31edf\" "
    "ON \"ctv3sctmap2_mapping\" (\"ctv3_term_id\");"
    "CREATE INDEX \"ctv3sctmap2_mapping_sct_concept_id_6723b886\" "
    "ON \"ctv3sctmap2_mapping\" (\"sct_concept_id\");"
    "CREATE INDEX \"ctv3sctmap2_mapping_sct_description_id_ba16bdec\" "
    "ON \"ctv3sctmap2_mapping\" (\"sct_description_id\");";
constexpr coding_systems::ReleaseSchema schema = {ctv3sctmap2_id, migrations, tables_sql,
                                                  indexes_sql};

constexpr std::size_t map_id_characters_max = 64;
constexpr std::size_t sctid_digits_min = 6;
constexpr std::size_t sctid_digits_max = 18;
constexpr std::uint64_t rows_per_progress = 1024;

struct MapRow {
  std::string id;
  ReadText ctv3_concept, ctv3_term;
  std::string term_type;
  std::optional<SctidText> sct_concept, sct_description;
  std::string date;  // YYYY-MM-DD
  bool is_in_force = false;
  bool is_assured = false;
};

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char byte) { return byte > 0x20 && byte < 0x7F; });
}

bool is_sctid(std::string_view text) {
  return text.size() >= sctid_digits_min && text.size() <= sctid_digits_max &&
         std::ranges::all_of(text, [](char byte) { return byte >= '0' && byte <= '9'; });
}

std::string_view without_braces(std::string_view id) {
  constexpr std::string_view around = "{}-";
  const std::size_t first = id.find_first_not_of(around);
  if (first == std::string_view::npos) return {};
  return id.substr(first, id.find_last_not_of(around) - first + 1);
}

// Turns "20200401" into "2020-04-01"; returns nothing if there is no such day.
std::optional<std::string> day_of(std::string_view text) {
  if (text.size() != 8) return std::nullopt;
  const std::string day = std::string(text.substr(0, 4)) + "-" + std::string(text.substr(4, 2)) +
                          "-" + std::string(text.substr(6, 2));
  return base::is_date(day) ? std::optional(day) : std::nullopt;
}

// Collects the rows of a table for storing; import.h lists the refused ones.
class RowsReader {
 public:
  explicit RowsReader(TableReader& table) : table_(table) {}

  Result<void> read_all(ImportStages& stages) {
    if (const auto header = table_.read_header(); !header) return header;
    for (std::uint64_t count = 1;; ++count) {
      const auto fields = table_.next();
      if (!fields) return fields.error();
      if (!*fields) break;
      if (count > stages.rows_max()) {
        return table_.error_here("the table has more than " + std::to_string(stages.rows_max()) +
                                 " rows");
      }
      auto row = parse(**fields);
      if (!row) return row.error();
      keep(std::move(*row));
      if (count % rows_per_progress != 0) continue;
      if (auto proceed = stages.advance_to(table_.bytes_read()); !proceed) return proceed;
    }
    if (rows_.empty()) return table_.error_here("the table has no rows below its header");
    return stages.advance_to(table_.bytes_read());
  }

  // Returns the rows sorted by id.
  std::vector<MapRow> take() {
    std::sort(rows_.begin(), rows_.end(),
              [](const MapRow& a, const MapRow& b) { return a.id < b.id; });
    return std::move(rows_);
  }

 private:
  Result<ReadText> read_code(std::string_view text, std::size_t column) const {
    const auto code = ReadText::from(text);
    if (code && !text.empty() && is_printable(text)) return *code;
    return table_.error_here("the " + std::string(TableReader::columns[column]) + " '" +
                             std::string(text.substr(0, 40)) + "' is not 1 to 5 characters");
  }

  Result<std::optional<SctidText>> read_sctid(std::string_view text, std::size_t column) const {
    if (text.empty()) return std::optional<SctidText>();
    if (is_sctid(text)) return SctidText::from(text);
    return table_.error_here("the " + std::string(TableReader::columns[column]) + " '" +
                             std::string(text.substr(0, 40)) + "' is not an id of 6 to 18 digits");
  }

  Result<MapRow> parse(const TableReader::Fields& fields) const {
    MapRow row;
    row.id = without_braces(fields[0]);
    if (row.id.empty() || row.id.size() > map_id_characters_max || !is_printable(row.id)) {
      return table_.error_here("the MAPID is empty, or not 1 to 64 characters");
    }
    const auto ctv3_concept = read_code(fields[1], 1);
    if (!ctv3_concept) return ctv3_concept.error();
    const auto term = read_code(fields[2], 2);
    if (!term) return term.error();
    if (fields[3].size() > 1 || !is_printable(fields[3])) {
      return table_.error_here("the CTV3_TERMTYPE is longer than one character");
    }
    row.ctv3_concept = *ctv3_concept;
    row.ctv3_term = *term;
    row.term_type = fields[3];
    if (fields[4] != "_DRUG" && !fields[4].empty()) {
      const auto sct_concept = read_sctid(fields[4], 4);
      if (!sct_concept) return sct_concept.error();
      const auto description = read_sctid(fields[5], 5);
      if (!description) return description.error();
      row.sct_concept = *sct_concept;
      row.sct_description = *description;
    }
    const auto day = day_of(fields[7]);
    if (!day) return table_.error_here("the EFFECTIVEDATE is not a date (YYYYMMDD)");
    row.date = *day;
    row.is_in_force = fields[6] == "1";
    row.is_assured = fields[8] == "1";
    return row;
  }

  void keep(MapRow row) {
    const auto [found, is_new] = places_.try_emplace(row.id, rows_.size());
    if (is_new) {
      rows_.push_back(std::move(row));
      return;
    }
    MapRow& kept = rows_[found->second];
    if (row.date <= kept.date) return;
    kept.date = std::move(row.date);
    kept.is_in_force = row.is_in_force;
    kept.is_assured = row.is_assured;
  }

  TableReader& table_;
  std::vector<MapRow> rows_;
  std::unordered_map<std::string, std::size_t> places_;  // by id
};

Result<void> write_rows(ReleaseWriter& writer, const std::vector<MapRow>& rows,
                        ImportStages& stages) {
  stages.begin("writing", rows.size());
  auto inserter = writer.table("ctv3sctmap2_mapping",
                               "id, ctv3_term_type, map_status, effective_date, is_assured, "
                               "ctv3_concept_id, ctv3_term_id, sct_concept_id, sct_description_id");
  if (!inserter) return inserter.error();
  const auto optional_text = [&](int column, const std::optional<SctidText>& text) {
    text ? inserter->text(column, text->view()) : inserter->null(column);
  };
  for (const MapRow& row : rows) {
    inserter->text(1, row.id);
    inserter->text(2, row.term_type);
    inserter->integer(3, row.is_in_force ? 1 : 0);
    inserter->text(4, row.date);
    inserter->integer(5, row.is_assured ? 1 : 0);
    inserter->text(6, row.ctv3_concept.view());
    inserter->text(7, row.ctv3_term.view());
    optional_text(8, row.sct_concept);
    optional_text(9, row.sct_description);
    if (auto inserted = inserter->insert(); !inserted) return inserted;
  }
  return stages.advance_to(rows.size());
}

}  // namespace

Result<ImportOutcome> import_ctv3sctmap2(const ImportRequest& request) {
  ImportStages stages(request);
  std::vector<MapRow> rows;
  std::uint64_t source_bytes = 0;
  const auto read =
      with_table(request, [&](TableReader& table, std::uint64_t size_bytes) -> Result<void> {
        stages.begin("reading", size_bytes);
        RowsReader reader(table);
        if (auto all = reader.read_all(stages); !all) return all;
        rows = reader.take();
        source_bytes = table.bytes_read();
        return {};
      });
  if (!read) return read.error();
  auto writer = ReleaseWriter::create(request.target_folder, request.alias, schema);
  if (!writer) return writer.error();
  if (const auto written = write_rows(**writer, rows, stages); !written) return written.error();
  return coding_systems::publish_mapping(**writer, {source_bytes, rows.size()}, stages);
}

}  // namespace codelog::mappings
