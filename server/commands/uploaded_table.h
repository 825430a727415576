// A table of codes as somebody uploads it: which column has the codes, what is forgiven, and what
// is stored of it. Functions without state.
//
// What OpenCodelists takes is stored byte for byte, but for the ends of lines (CRLF becomes LF) and
// a byte order mark, which goes. What it refuses is mended where it is plain what is meant: white
// space around the title of the column and around its codes goes, and so do terms in pipes behind
// codes and rows without anything in them. Codes in another form ("J45.0", "C150500") are looked up
// as typed_code.h reads them, and stored as they are.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/release.h"
#include "events/base/result.h"

namespace codelog::commands {

// How many unknown codes an error lists; it counts them all.
inline constexpr std::size_t listed_codes_max = 50;

// Which codes count as codes of a release.
enum class KnownCodes : std::uint8_t {
  concepts,  // every concept
  named,     // concepts with a name: OpenCodelists' rule, that of API v1
};

struct TableRules {
  // The title of the column with the codes, in any case. Otherwise `code` or `dmd_id`.
  std::optional<std::string> code_column = {};
  // Without these, a title that downloads of the coding system know ("CTV3ID", "icd10_code").
  bool takes_published_titles = false;
  KnownCodes known = KnownCodes::concepts;  // other codes are errors
};

// The node of the code that somebody typed (typed_code.h); nothing for a code that does not count.
std::optional<coding_systems::Node> find_known_code(const coding_systems::Release& release,
                                                    std::string_view typed,
                                                    KnownCodes known);

// The table as it is stored. With a release, each row must have a code that the release knows, and
// several columns of codes must be equal. Without one, any table is taken. The column that
// `code_column` names, or that is known by a published title, gets the title `code` where
// downloads or the version's codes would not be taken from it otherwise. Errors: invalid, naming
// "csv" or "code_column", with the row: a row longer than the header (unless the rest of it is
// empty), a row without a code; all unknown codes; and those of read_csv.
base::Result<std::string> contents_of_csv(std::string_view csv_data,
                                          const coding_systems::CodingSystemInfo& system,
                                          const coding_systems::Release* release,
                                          const TableRules& rules);

// The codes of a stored table as they stand in it, sorted and unique; rows without anything in them
// have none. Errors: invalid, for a table whose rows do not reach the column of codes.
base::Result<std::vector<std::string>> codes_of_csv(std::string_view csv_data,
                                                    std::string_view codelist_slug);

}  // namespace codelog::commands
