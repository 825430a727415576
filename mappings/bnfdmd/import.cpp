#include "mappings/bnfdmd/import.h"

#include <algorithm>
#include <array>
#include <vector>

#include "coding_systems/importing/mapping_writer.h"
#include "coding_systems/importing/sheet_reader.h"
#include "coding_systems/importing/short_text.h"
#include "events/base/text.h"
#include "mappings/bnfdmd/mapping.h"

namespace codelog::mappings {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using coding_systems::BnfText;
using coding_systems::cell_place;
using coding_systems::ImportOutcome;
using coding_systems::ImportRequest;
using coding_systems::ImportStages;
using coding_systems::ReleaseWriter;
using coding_systems::SctidText;
using coding_systems::SheetCell;
using coding_systems::SheetRequest;
using coding_systems::ZipArchive;
using coding_systems::ZipMember;

constexpr std::array<std::string_view, 1> migrations = {"0001_initial"};

// The text is the schema's identity: spelling, order and names as Django wrote them.
constexpr std::string_view tables_sql =
    "CREATE TABLE \"bnfdmd_mapping\" (\"dmd_code\" varchar(18) NOT NULL PRIMARY KEY, "
    "\"dmd_type\" varchar(4) NOT NULL, \"bnf_concept_id\" varchar(15) NOT NULL);";
constexpr std::string_view indexes_sql =
    "CREATE INDEX \"bnfdmd_mapping_bnf_concept_id_36992164\" "
    "ON \"bnfdmd_mapping\" (\"bnf_concept_id\");";
constexpr coding_systems::ReleaseSchema schema = {bnfdmd_id, migrations, tables_sql, indexes_sql};

constexpr std::array<std::string_view, 4> types = {"VMP", "VMPP", "AMP", "AMPP"};

struct Column {
  enum Number : std::size_t { type, bnf, snomed, count };
};
// Titles of columns, as the NHSBSA writes them; see normal_title().
constexpr std::array<std::string_view, Column::count> titles = {"VMP / VMPP/ AMP / AMPP",
                                                                "BNF Code", "SNOMED Code"};
// Later columns are not read, which bounds the memory of a row.
constexpr std::size_t columns_searched = 64;

constexpr std::size_t sctid_digits_min = 6;
constexpr std::size_t shown_characters_max = 40;

struct MapRow {
  SctidText dmd;
  BnfText bnf;
  std::uint8_t type = 0;  // index into types
  std::uint32_t row = 0;  // of the sheet
};

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

bool is_letter_or_digit(char byte) {
  return is_digit(byte) || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

// Treats titles that differ in case, spaces and underscores as one: VMP / VMPP/ AMP / AMPP and
// VMP/VMPP/AMP/AMPP, BNF Code and BNF_CODE.
std::string normal_title(std::string_view title) {
  std::string normal;
  for (const char byte : base::ascii_lower(base::trim_unicode_space(title))) {
    if (byte != ' ' && byte != '_') normal += byte;
  }
  return normal;
}

class RowsReader {
 public:
  RowsReader(std::string name, std::size_t rows_max)
      : name_(std::move(name)), rows_max_(rows_max) {}

  Result<void> take(std::uint64_t row, std::span<const SheetCell> cells) {
    if (!has_header_) return take_header(row, cells);
    const std::size_t bnf_column = places_[Column::bnf];
    const std::size_t snomed_column = places_[Column::snomed];
    const SheetCell& bnf = cells[bnf_column];
    const SheetCell& snomed = cells[snomed_column];
    if (bnf.kind == SheetCell::Kind::empty || snomed.kind == SheetCell::Kind::empty) return {};
    for (const std::size_t column : {bnf_column, snomed_column}) {
      if (cells[column].kind != SheetCell::Kind::text) {
        return error_at(row, column,
                        "the code is a number, and spreadsheets keep only 15 digits; it must be "
                        "text");
      }
    }
    const std::string_view bnf_text = base::trim_unicode_space(bnf.text);
    const auto bnf_code = BnfText::from(bnf_text);
    if (!bnf_code || !std::ranges::all_of(bnf_text, is_letter_or_digit)) {
      return error_at(row, bnf_column, quoted(bnf_text) + " is not 1 to 15 letters and digits");
    }
    const std::string_view snomed_text = base::trim_unicode_space(snomed.text);
    const auto dmd_code = SctidText::from(snomed_text);
    if (!dmd_code || snomed_text.size() < sctid_digits_min ||
        !std::ranges::all_of(snomed_text, is_digit)) {
      return error_at(row, snomed_column, quoted(snomed_text) + " is not a code of 6 to 18 digits");
    }
    const std::size_t type_column = places_[Column::type];
    const std::string_view type_text = base::trim_unicode_space(cells[type_column].text);
    const auto type = std::ranges::find(types, type_text);
    if (type == types.end()) {
      return error_at(row, type_column, quoted(type_text) + " is not VMP, VMPP, AMP or AMPP");
    }
    if (rows_.size() >= rows_max_) {
      return error_at(row, snomed_column,
                      "the sheet maps more than " + std::to_string(rows_max_) + " codes");
    }
    rows_.push_back({*dmd_code, *bnf_code, static_cast<std::uint8_t>(type - types.begin()),
                     static_cast<std::uint32_t>(row)});
    return {};
  }

  // Returns the rows sorted by dm+d code.
  Result<std::vector<MapRow>> finish() {
    if (!has_header_) return Error{ErrorCode::invalid, name_ + ": the sheet is empty", {}};
    if (rows_.empty()) {
      return Error{ErrorCode::invalid, name_ + ": the sheet maps no code", {}};
    }
    std::ranges::stable_sort(rows_, {}, &MapRow::dmd);
    const auto twice = std::ranges::adjacent_find(rows_, {}, &MapRow::dmd);
    if (twice != rows_.end()) {
      return error_at(
          (twice + 1)->row, places_[Column::snomed],
          quoted(twice->dmd.view()) + " is already in row " + std::to_string(twice->row));
    }
    return std::move(rows_);
  }

 private:
  Error error_at(std::uint64_t row, std::size_t column, const std::string& detail) const {
    return {ErrorCode::invalid, name_ + ", " + cell_place(row, column) + ": " + detail, {}};
  }

  Error error_at(std::uint64_t row, const std::string& detail) const {
    return {ErrorCode::invalid, name_ + ", row " + std::to_string(row) + ": " + detail, {}};
  }

  static std::string quoted(std::string_view text) {
    return "'" + std::string(text.substr(0, shown_characters_max)) + "'";
  }

  // The header is the first row that is not empty.
  Result<void> take_header(std::uint64_t row, std::span<const SheetCell> cells) {
    for (std::size_t i = 0; i < titles.size(); ++i) {
      const std::string wanted = normal_title(titles[i]);
      const auto has_title = [&](const SheetCell& cell) {
        return normal_title(cell.text) == wanted;
      };
      const auto found = std::ranges::find_if(cells, has_title);
      if (found == cells.end()) {
        return error_at(row, "there is no column " + quoted(titles[i]));
      }
      if (std::find_if(found + 1, cells.end(), has_title) != cells.end()) {
        return error_at(row, "there are two columns " + quoted(titles[i]));
      }
      places_[i] = static_cast<std::size_t>(found - cells.begin());
    }
    has_header_ = true;
    return {};
  }

  const std::string name_;
  const std::size_t rows_max_;
  bool has_header_ = false;
  std::array<std::size_t, Column::count> places_{};  // of the columns in the sheet
  std::vector<MapRow> rows_;
};

// Ignores the locks that a spreadsheet program puts beside open workbooks (~$map.xlsx).
bool is_workbook(std::string_view member_name) {
  const std::string_view name = member_name.substr(member_name.rfind('/') + 1);
  return base::ascii_lower(name).ends_with(".xlsx") && !name.starts_with("~$");
}

// Opens the workbook itself, or the only workbook in the archive.
Result<ZipArchive> open_workbook(const ImportRequest& request) {
  auto archive = ZipArchive::open(request.archive, request.limits);
  if (!archive) return archive;
  std::vector<ZipMember> workbooks;
  for (const ZipMember& member : archive->members()) {
    if (member.name == "xl/workbook.xml") return archive;
    if (is_workbook(member.name)) workbooks.push_back(member);
  }
  if (workbooks.size() != 1) {
    return Error{
        ErrorCode::invalid,
        archive->name() + ": expected one .xlsx file, found " + std::to_string(workbooks.size()),
        {}};
  }
  return archive->open_inner(workbooks.front());
}

Result<std::vector<MapRow>> read_rows(const ZipArchive& workbook, ImportStages& stages) {
  RowsReader reader(workbook.name(), stages.rows_max());
  SheetRequest request;
  request.columns_count = columns_searched;
  request.on_row = [&](std::uint64_t row, std::span<const SheetCell> cells) {
    return reader.take(row, cells);
  };
  request.on_begin = [&](std::uint64_t size_bytes) { stages.begin("reading", size_bytes); };
  request.on_progress = [&](std::uint64_t done) { return stages.advance_to(done); };
  if (const auto read = read_sheet(workbook, request); !read) return read.error();
  return reader.finish();
}

Result<void> write_rows(ReleaseWriter& writer, const std::vector<MapRow>& rows,
                        ImportStages& stages) {
  stages.begin("writing", rows.size());
  auto inserter = writer.table("bnfdmd_mapping", "dmd_code, dmd_type, bnf_concept_id");
  if (!inserter) return inserter.error();
  for (const MapRow& row : rows) {
    inserter->text(1, row.dmd.view());
    inserter->text(2, types[row.type]);
    inserter->text(3, row.bnf.view());
    if (auto inserted = inserter->insert(); !inserted) return inserted;
  }
  return stages.advance_to(rows.size());
}

}  // namespace

Result<ImportOutcome> import_bnfdmd(const ImportRequest& request) {
  ImportStages stages(request);
  const auto workbook = open_workbook(request);
  if (!workbook) return workbook.error();
  const auto rows = read_rows(*workbook, stages);
  if (!rows) return rows.error();
  std::uint64_t source_bytes = 0;
  for (const ZipMember& member : workbook->members()) source_bytes += member.size_bytes;
  auto writer = ReleaseWriter::create(request.target_folder, request.alias, schema);
  if (!writer) return writer.error();
  if (const auto written = write_rows(**writer, *rows, stages); !written) return written.error();
  return coding_systems::publish_mapping(**writer, {source_bytes, rows->size()}, stages);
}

}  // namespace codelog::mappings
