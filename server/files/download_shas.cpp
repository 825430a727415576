#include "server/files/download_shas.h"

#include <algorithm>
#include <array>
#include <span>

#include "events/base/digest.h"
#include "server/commands/csv_table.h"
#include "server/commands/csv_writer.h"

namespace codelog::files {
namespace {

using commands::CsvRow;

// The line ends, longest first.
constexpr std::array<std::string_view, 11> line_ends = {
    "\r\n", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xC2\x85", "\n",  "\r",
    "\v",   "\f",           "\x1C",         "\x1D",     "\x1E"};

// The number of bytes of a line end at this place; 0 if there is none.
std::size_t line_end_bytes(std::string_view rest) {
  for (const std::string_view end : line_ends) {
    if (rest.starts_with(end)) return end.size();
  }
  return 0;
}

// Writes the rows as CSV, each with its first `columns_count` fields.
std::string rewritten(std::span<const CsvRow> rows, std::size_t columns_count) {
  std::string out;
  for (const CsvRow& row : rows) {
    const std::span<const std::string> fields(row.fields);
    commands::append_csv_row(fields.first(std::min(columns_count, fields.size())), out);
  }
  return out;
}

}  // namespace

std::string sha_of_lines(std::string_view text) {
  std::string joined;
  joined.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = line_end_bytes(text.substr(at));
    if (end == 0) {
      joined += text[at++];
      continue;
    }
    at += end;
    if (at < text.size()) joined += '\n';
  }
  return base::sha1_hex(joined);
}

std::vector<std::string> download_shas(std::string_view download) {
  return {sha_of_lines(download)};
}

base::Result<std::vector<std::string>> dmd_download_shas(std::string_view download,
                                                         std::string_view table) {
  const auto rows = commands::read_csv(download);
  if (!rows) return rows.error();
  const auto table_rows = commands::read_csv(table);
  if (!table_rows) return table_rows.error();
  std::vector<std::string> shas = {sha_of_lines(download)};
  if (rows->empty()) return shas;
  if (rows->size() == table_rows->size()) {
    shas.push_back(sha_of_lines(rewritten(*table_rows, std::string::npos)));
  }
  for (const std::size_t columns_count : {std::size_t{2}, std::size_t{3}}) {
    if (rows->front().fields.size() <= columns_count) continue;
    shas.push_back(sha_of_lines(rewritten(*rows, columns_count)));
  }
  return shas;
}

}  // namespace codelog::files
