#include "server/commands/download_table.h"

#include <algorithm>
#include <map>
#include <set>

#include "events/base/check.h"
#include "events/base/text.h"
#include "server/commands/code_column.h"
#include "server/commands/csv_writer.h"
#include "server/commands/texts.h"

namespace codelog::commands {
namespace {

constexpr std::size_t row_bytes = 64;  // approximate; for reserving memory

struct Columns {
  std::size_t code = 0;
  std::optional<std::size_t> term;
  std::vector<std::size_t> others;
};

std::string field_of(const CsvRow& row, std::size_t column) {
  return column < row.fields.size() ? row.fields[column] : std::string();
}

// True for a column titled "code" that has the code of its row in every row, as the first column of
// a downloaded dm+d table does.
bool repeats_codes(std::span<const CsvRow> rows, std::size_t column, std::size_t codes) {
  if (base::ascii_lower(rows.front().fields[column]) != "code") return false;
  return std::ranges::all_of(rows.subspan(1), [&](const CsvRow& row) {
    return is_blank_from(row, 0) || field_of(row, column) == field_of(row, codes);
  });
}

// The table's own columns after code and term, with their titles: the column of codes again, unless
// its title is "code", then all other columns with a title. Two may have the same title. A column
// that repeats the first one is left out: with it, a downloaded table that is uploaded again would
// gain a column each time, and a reader that takes the last column titled "code" would miss the
// codes of mapped VMPs.
void add_other_columns(std::span<const CsvRow> rows, Columns& columns, DownloadTable& table) {
  const std::vector<std::string>& titles = rows.front().fields;
  std::vector<std::string>& header = table.rows.front();
  const auto add = [&](std::size_t column) {
    header.push_back(base::ascii_lower(titles[column]));
    columns.others.push_back(column);
  };
  if (base::ascii_lower(titles[columns.code]) != "code") {
    add(columns.code);
    table.code_again = header.size() - 1;
  }
  for (std::size_t column = 0; column < titles.size(); ++column) {
    const bool is_other = column != columns.code && column != columns.term;
    if (!is_other || titles[column].empty()) continue;
    if (!repeats_codes(rows, column, columns.code)) add(column);
  }
}

std::size_t last_column(const Columns& columns) {
  std::size_t last = std::max(columns.code, columns.term.value_or(0));
  for (const std::size_t column : columns.others) last = std::max(last, column);
  return last;
}

}  // namespace

base::Result<DownloadTable> make_download_table(const coding_systems::CodingSystemInfo& system,
                                                std::span<const CsvRow> rows,
                                                TableHeaders headers) {
  CODELOG_CHECK(!rows.empty(), "a downloadable table without a header");
  const std::vector<std::string>& titles = rows.front().fields;
  const auto code = find_column(titles, system.code_headers);
  CODELOG_CHECK(code.has_value(), "a downloadable table without a column of codes");
  Columns columns{*code, find_column(titles, system.term_headers), {}};
  DownloadTable table;
  table.rows.reserve(rows.size());
  table.rows.push_back({"code", "term"});
  if (headers == TableHeaders::all) {
    if (const auto sized = check_cells(rows); !sized) return sized.error();
    add_other_columns(rows, columns, table);
  }
  for (const CsvRow& row : rows.subspan(1)) {
    if (row.fields.size() <= last_column(columns) && is_blank_from(row, 0)) continue;
    if (row.fields.size() <= columns.code) {
      return base::Error{base::ErrorCode::invalid, place_of(row) + " of the table has no code", {}};
    }
    std::vector<std::string>& made = table.rows.emplace_back();
    made = {field_of(row, columns.code),
            columns.term ? field_of(row, *columns.term) : std::string()};
    for (const std::size_t column : columns.others) made.push_back(field_of(row, column));
  }
  return table;
}

std::vector<MappedVmp> mapped_vmps(const mappings::PreviousVmps& previous_vmps,
                                   std::span<const std::string> codes) {
  const std::set<std::string_view> listed(codes.begin(), codes.end());
  using Linked = std::map<std::string_view, std::set<std::string_view>>;
  Linked previous;    // to codes of the list
  Linked subsequent;  // to codes of the list
  for (const mappings::VmpLink& link : previous_vmps.links_of(codes)) {
    if (listed.contains(link.later)) {
      previous[link.earlier].insert(link.later);
    } else {
      subsequent[link.later].insert(link.earlier);
    }
  }
  std::vector<MappedVmp> mapped;
  for (const auto& [code, to] : previous) {
    MappedVmp vmp{std::string(code), "VMP previous to " + joined(to, ", "),
                  std::string(*to.begin())};
    if (const auto both = subsequent.find(code); both != subsequent.end()) {
      vmp.term += " and subsequent to " + joined(both->second, ", ");
      subsequent.erase(both);
    }
    mapped.push_back(std::move(vmp));
  }
  for (const auto& [code, to] : subsequent) {
    mapped.push_back(
        {std::string(code), "VMP subsequent to " + joined(to, ", "), std::string(*to.begin())});
  }
  return mapped;
}

void add_mapped_vmps(const mappings::PreviousVmps& previous_vmps, DownloadTable& table) {
  // By code. Ordered: a client chooses the codes, and could choose ones whose hashes collide.
  std::map<std::string, std::size_t> rows;
  std::vector<std::string> codes;
  for (std::size_t i = 1; i < table.rows.size(); ++i) {
    const std::string& code = table.rows[i].front();
    if (rows.insert_or_assign(code, i).second) codes.push_back(code);
  }
  for (MappedVmp& vmp : mapped_vmps(previous_vmps, codes)) {
    std::vector<std::string> row = table.rows[rows.at(vmp.stands_like)];
    row[1] = std::move(vmp.term);
    if (table.code_again) row[*table.code_again] = vmp.code;
    row[0] = std::move(vmp.code);
    table.rows.push_back(std::move(row));
  }
}

std::string write_table(const DownloadTable& table) {
  std::string out;
  out.reserve(table.rows.size() * row_bytes);
  for (const std::vector<std::string>& row : table.rows) append_csv_row(row, out);
  return out;
}

}  // namespace codelog::commands
