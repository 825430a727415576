// What is known to differ between the sources of ICD-10 in the United Kingdom: WHO's two editions,
// and the NHS's own form of the older one. Whoever compiled these lists read every difference; one
// under another code is new. OpenCodelists' lists hold the words, too, and so notice other words
// under a code that is listed; ours are codes alone, since the words are WHO's, and do not.
// Functions without state, constant time.
#pragma once

#include <span>
#include <string_view>

namespace codelog::coding_systems::icd10 {

// Of a code's names in the 2016 and the 2019 edition.
enum class KnownDifference {
  none,
  clinically_different,  // a record under this code means something else
  equivalent,            // other words for the same
};
KnownDifference known_difference(std::string_view code);

// Between WHO's 2016 edition and the NHS class browser's.
enum class KnownNhsDifference {
  none,
  nhs_text,  // the NHS's words are right
  who_text,  // WHO's are
};
KnownNhsDifference known_nhs_difference(std::string_view code);

// Codes of 2016 that the NHS class browser does not list one by one: sites of M14, and the places
// where external causes happened.
bool is_known_to_be_unlisted(std::string_view code);

// In 2016 the NHS codes the place of occurrence of an external cause as the fourth character of all
// categories W00-Y34 but two ...
bool takes_place_of_occurrence(std::string_view code);
// ... also where WHO has four-character codes of its own, which are given up for it.
bool gives_way_to_place_of_occurrence(std::string_view code);
std::span<const std::string_view> codes_giving_way();

}  // namespace codelog::coding_systems::icd10
