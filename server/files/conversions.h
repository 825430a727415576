// Converts codes between coding systems, also as the CSV files of OpenCodelists' /conversions/
// page.
//
// SNOMED CT to CTV3 and back use the mapping ctv3sctmap2; BNF to dm+d uses bnfdmd. Terms come from
// the most recent releases, and are "Unknown" if there is none.
#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/commands/executor.h"

namespace codelog::files {

struct ConversionDirection {
  std::string_view from;  // coding systems
  std::string_view to;
  bool operator==(const ConversionDirection&) const = default;
};

std::span<const ConversionDirection> conversion_directions();

struct ConvertedCode {
  std::string from_code, from_term, to_code, to_term;
  std::optional<bool> is_to_active = {};  // nothing: the most recent release does not have it
  auto operator<=>(const ConvertedCode&) const = default;
};

struct Conversion {
  ConversionDirection direction;
  // Sorted. Between CTV3 and SNOMED CT, a pair is repeated as in the mapping: once for each pair of
  // terms.
  std::vector<ConvertedCode> rows;
  std::vector<std::string> unmapped;  // sorted
};

// `codes` may come in any order, with repeats, and in the forms that people type (typed_code.h).
// Texts that are not codes are unmapped.
// Errors: invalid (no such direction, naming the field), unavailable (the mapping was not imported;
// the mapping or a release fails to open).
base::Result<Conversion> convert_codes(const commands::Site& site, const projections::Views& views,
                                       std::string_view from, std::string_view to,
                                       std::span<const std::string> codes);

// The codes of an uploaded file: the first field of every row after the first, without white space
// around it and without a term in pipes after it. Rows without a code are skipped. Errors: invalid
// (not a CSV; not a code, naming its row; a file without codes).
base::Result<std::vector<std::string>> codes_of_upload(std::string_view csv);

// Every pair: snomedct_id, snomedct_name, ctv3_id, ctv3_name.
std::string full_conversion_csv(const Conversion& conversion);
// The resulting codes, without repeats: ctv3_id, ctv3_name.
std::string converted_codes_csv(const Conversion& conversion);
// The codes without a mapping: snomedct_id.
std::string unmapped_codes_csv(const Conversion& conversion);

}  // namespace codelog::files
