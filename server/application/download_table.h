// The table that an old-style version is downloaded as: code and term first, then its own columns,
// then, in dm+d, the VMPs that came before or after its codes. Pure.
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

namespace codelog::application {

struct DownloadTable {
  std::vector<std::vector<std::string>> rows;  // the header first; code and term come first in each
  // The column that repeats the code under the title that it was uploaded with.
  std::optional<std::size_t> code_again;
};

enum class TableHeaders {
  all,    // code, term, and every column of the table that has a title, also one that comes twice
  fixed,  // code and term
};

// `rows` has a header with a column of codes (checked). Fields that a row lacks are empty, those
// beyond the header are left out. Errors: invalid, for a row without a code.
base::Result<DownloadTable> make_download_table(const coding_systems::CodingSystemInfo& system,
                                                std::span<const commands::CsvRow> rows,
                                                TableHeaders headers);

// A VMP that stands for codes of a list without being one of them, or that comes before one.
struct MappedVmp {
  std::string code;
  std::string term;         // "VMP previous to 1, 2"
  std::string stands_like;  // the code of the list whose row it takes
  bool operator==(const MappedVmp&) const = default;
};

// First all previous ones, then all subsequent ones, each by code. One that is both comes once,
// among the previous ones, and says both.
std::vector<MappedVmp> mapped_vmps(const mappings::PreviousVmps& previous_vmps,
                                   std::span<const std::string> codes);

// Each as a copy of the last row of the code that it stands like.
void add_mapped_vmps(const mappings::PreviousVmps& previous_vmps, DownloadTable& table);

// As CSV, with CRLF at the ends of lines.
std::string write_table(const DownloadTable& table);

}  // namespace codelog::application
