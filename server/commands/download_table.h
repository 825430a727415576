// The download of an old-style version: code and term first, then the table's own columns, then, in
// dm+d, the earlier and later VMPs of its codes. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/coding_system.h"
#include "mappings/dmdvmpprevmap/previous_vmps.h"
#include "server/commands/csv_table.h"

namespace codelog::commands {

struct DownloadTable {
  // the header first; each row starts with code and term
  std::vector<std::vector<std::string>> rows;
  // The column that repeats the code under its uploaded title.
  std::optional<std::size_t> code_again;
};

enum class TableHeaders {
  // code, term, and every column of the table with a title, even a repeated title; but not a column
  // titled "code" that repeats the first one
  all,
  fixed,  // code and term
};

// `rows` must have a header with a column of codes (checked). Missing fields are empty, fields
// beyond the header are left out, and so are blank rows that lack a field of the download
// (OpenCodelists fails on these, and writes longer ones). Errors: invalid, for a row without a
// code, and, with all headers, those of check_cells().
base::Result<DownloadTable> make_download_table(const coding_systems::CodingSystemInfo& system,
                                                std::span<const CsvRow> rows, TableHeaders headers);

// A VMP related to codes of a list: it represents them without being in the list, or precedes one.
struct MappedVmp {
  std::string code;
  std::string term;         // "VMP previous to 1, 2"
  std::string stands_like;  // the code whose row in the list it copies
  bool operator==(const MappedVmp&) const = default;
};

// All previous VMPs, then all subsequent ones, each sorted by code. A VMP of both kinds is listed
// once, among the previous ones, and its term names both relations.
std::vector<MappedVmp> mapped_vmps(const mappings::PreviousVmps& previous_vmps,
                                   std::span<const std::string> codes);

// Adds each as a copy of the last row of the code that it stands like.
void add_mapped_vmps(const mappings::PreviousVmps& previous_vmps, DownloadTable& table);

// As CSV, with CRLF line ends.
std::string write_table(const DownloadTable& table);

}  // namespace codelog::commands
