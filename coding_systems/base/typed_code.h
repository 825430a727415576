// Reads a code that a person typed, pasted or uploaded. Searches by code, uploads and lists of
// codes all use these functions. Functions without state; linear in the text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "coding_systems/base/release.h"

namespace codelog::coding_systems {

// Removes invisible characters at both ends of the text: white space, no-break and zero-width
// spaces, byte order marks.
std::string_view trim_unseen(std::string_view text);

// Also removes a term after the code: "51001004 |Asthma|" becomes "51001004".
std::string_view trim_typed_code(std::string_view text);

// The code as releases of the system write it, by the form of the text alone. The release may not
// have it.
//
//     icd10   "j45.0", "J45.0 †", "J45.0*": J450     "J45.-", "J45X": J45
//             "i60–i69": I60-I69
//     opcs4   "m01.8": M018     "M01.-": M01
//     readv2  "C150500", with a term code: C1505     "H33": H33..
//     ctv3    "H33": H33..
//     bnf     "0301011r0": 0301011R0
//
// Texts of other forms, and those of other systems, are only trimmed.
std::string normal_code(std::string_view coding_system, std::string_view typed);

// Finds the node of the text as it is, else of the trimmed text, else of its normal code.
std::optional<Node> find_typed_code(const Release& release, std::string_view typed);

}  // namespace codelog::coding_systems
