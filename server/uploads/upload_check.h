// Checks a table of codes before it is uploaded: the problem of each row, with the codes that may
// have been meant. Reads only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/commands/version_contents.h"

namespace codelog::uploads {

// A check lists so many problems, and counts all.
inline constexpr std::size_t listed_problems_max = 2'000;

enum class ProblemKind : std::uint8_t {
  byte_order_mark,
  separator,
  encoding,
  blank,
  rounded,
  lost_digits,
  lost_zeros,
  check_digit,
  other_system,
  unknown,
  inactive,
  duplicate,
};
std::string_view to_string(ProblemKind kind);

struct Suggestion {
  std::string code;
  std::string term;
  std::string because;
};

struct RowProblem {
  std::uint64_t row = 1;           // as in spreadsheets
  bool is_of_code_column = false;  // otherwise of the whole table
  std::string given;               // the cell, or its beginning if it is long
  ProblemKind kind = ProblemKind::unknown;
  std::string detail;  // a sentence without its subject: "is not in snomedct_…"
  std::vector<Suggestion> suggestions;
};

struct UploadCheck {
  // Titles (of long ones, the beginning), made unique; "column 2" for one without.
  std::vector<std::string> columns;
  std::size_t code_column = 0;
  bool has_header = true;
  char separator = ',';
  std::uint64_t rows_count = 0;  // below the header, without blank ones
  std::vector<RowProblem> problems;
  std::uint64_t problems_count = 0;
};

struct UploadToCheck {
  std::string_view csv;
  std::string coding_system;
  std::optional<std::string> release;  // alias; nothing: the newest
  std::optional<std::string> column;   // the title of the codes' column, or of `columns`
};

// On a release without a file, codes are not looked up. Errors: invalid (no such system, release or
// column; no table, or one with too many columns), naming the field; those of opening the release.
base::Result<UploadCheck> check_upload(const commands::Site& site, const projections::Views& views,
                                       const UploadToCheck& upload);

}  // namespace codelog::uploads
