// Codes of one coding system as codes of another, and as the CSV files of OpenCodelists'
// /conversions/ page.
//
// From SNOMED CT to CTV3 and back, by the mapping ctv3sctmap2; from BNF to dm+d, by bnfdmd. Terms
// come from the most recent releases, and are "Unknown" where there is none.
#pragma once

#include <compare>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/commands/executor.h"

namespace codelog::application {

struct ConversionDirection {
  std::string_view from;  // coding systems
  std::string_view to;
  bool operator==(const ConversionDirection&) const = default;
};

std::span<const ConversionDirection> conversion_directions();

struct ConvertedCode {
  std::string from_code, from_term, to_code, to_term;
  auto operator<=>(const ConvertedCode&) const = default;
};

struct Conversion {
  ConversionDirection direction;
  // Sorted. Between CTV3 and SNOMED CT a pair comes as often as the mapping has it: once for each
  // pair of terms.
  std::vector<ConvertedCode> rows;
  std::vector<std::string> unmapped;  // sorted
};

// `codes` may come in any order, repeatedly, and as people type them (typed_code.h). Errors:
// invalid (no such direction, naming the field), unavailable (the mapping has not been imported; it
// or a release cannot be opened).
base::Result<Conversion> convert_codes(const commands::Site& site, const projections::Views& views,
                                       std::string_view from, std::string_view to,
                                       std::span<const std::string> codes);

// The codes of an uploaded file: the first field of every row below the first, without white space
// around it or a term in pipes behind it. Rows without one are left out. Errors: invalid, for what
// is no CSV or no code (naming its row), and for a file without codes.
base::Result<std::vector<std::string>> codes_of_upload(std::string_view csv);

// Every pair: snomedct_id, snomedct_name, ctv3_id, ctv3_name.
std::string full_conversion_csv(const Conversion& conversion);
// The codes converted to, each once: ctv3_id, ctv3_name.
std::string converted_codes_csv(const Conversion& conversion);
// The codes that map to nothing: snomedct_id.
std::string unmapped_codes_csv(const Conversion& conversion);

}  // namespace codelog::application
