// An uploaded table of codes: its column of codes, the faults that are accepted, and the stored
// form. Functions without state.
//
// A table that OpenCodelists accepts is stored byte for byte, except that CRLF becomes LF. Faults
// that OpenCodelists refuses are corrected if the meaning is clear: byte order marks, blank rows,
// white space around the column's title (and then around all titles) and around its codes, and
// terms in pipes after codes are removed. A corrected row is written anew (csv_writer.h). Codes in
// another form ("J45.0", "C150500") are looked up as typed_code.h reads them, and stored unchanged.
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

// The number of unknown codes that an error lists; it counts all of them.
inline constexpr std::size_t listed_codes_max = 50;

// Which codes count as codes of a release.
enum class KnownCodes : std::uint8_t {
  concepts,  // every concept
  named,     // concepts with a name: OpenCodelists' rule, that of API v1
};

struct TableRules {
  // The title of the column with the codes, in any case. Default: `code` or `dmd_id`.
  std::optional<std::string> code_column = {};
  // Also accepts the titles that the coding system's downloads recognise ("CTV3ID", "icd10_code").
  bool takes_published_titles = false;
  // A column named by `code_column`, or titled `code` or `dmd_id`, is the column of codes whatever
  // other titles there are: a column with other content that downloads or the version's codes would
  // use instead gets an underscore at the end of its title (`id_`).
  bool retitles_others = false;
  KnownCodes known = KnownCodes::concepts;  // other codes are errors
};

// The node of a typed code (typed_code.h); nothing for a code that does not count.
std::optional<coding_systems::Node> find_known_code(const coding_systems::Release& release,
                                                    std::string_view typed, KnownCodes known);
// The same for many codes, in their order; faster than one after the other.
std::vector<std::optional<coding_systems::Node>> find_known_codes(
    const coding_systems::Release& release, std::span<const std::string_view> typed,
    KnownCodes known);

// The stored form of the table. With a release, each row must have a code that the release knows,
// and several columns of codes must be equal. Without one, any table is accepted, and its header is
// corrected only if downloads would not find the column of codes. A column chosen by `code_column`
// or by a published title is renamed `code` if downloads or the version's codes would otherwise not
// use it. With `retitles_others`, they always use the chosen column. Errors: invalid, naming "csv"
// or "code_column", with the row: a row longer than the header (unless the extra fields are empty),
// a row without a code; all unknown codes; and those of read_csv.
base::Result<std::string> contents_of_csv(std::string_view csv_data,
                                          const coding_systems::CodingSystemInfo& system,
                                          const coding_systems::Release* release,
                                          const TableRules& rules);

// The codes of a stored table as they are in it, sorted and unique; skips empty rows. Errors:
// invalid, if rows do not reach the column of codes.
base::Result<std::vector<std::string>> codes_of_csv(std::string_view csv_data,
                                                    std::string_view codelist_slug);

}  // namespace codelog::commands
