// The download.csv of a version, byte for byte as OpenCodelists writes it. Pure reads of the
// release and of the mapping of VMPs; a few milliseconds for 10,000 codes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/commands/executor.h"
#include "server/commands/version_contents.h"

namespace codelog::commands {

struct DownloadOptions {
  bool fixed_headers = false;        // for a table: only columns `code` and `term`
  bool omit_mapped_vmps = false;     // for a dm+d table
  bool include_mapped_vmps = false;  // for new-style dm+d, where OpenCodelists never adds them
};

// The contents of a version, in the views or not yet.
struct DownloadSource {
  const coding_systems::CodingSystemInfo& system;
  const coding_systems::Release* release = nullptr;  // of a version without a table
  const std::vector<events::CodeWithStatus>& codes;  // sorted
  const std::optional<std::string>& table;           // old style
};

// True for a table with a column that the coding system recognises as its code. Reads the header.
bool has_code_header(const coding_systems::CodingSystemInfo& system, std::string_view table);

// New style: code and term of every included code. Old style: the uploaded table, or the table with
// fixed headers. A dm+d table has code and term first, and also lists the earlier and later VMPs of
// its codes. With fixed headers, and for dm+d, the table must have a column of codes (checked).
// Errors: invalid (a table row without a code), unavailable (the mapping of VMPs fails to open).
Result<std::string> make_download(const Site& site, const Views& views,
                                  const DownloadSource& source, const DownloadOptions& options);

}  // namespace codelog::commands
