// The known differences between the sources of ICD-10 in the United Kingdom: WHO's two editions,
// and the NHS's own form of the older one. The lists come from a full review, so a difference under
// any other code is new. OpenCodelists' lists also hold the words, and so notice other words under
// a listed code. Ours hold only codes, because the words are WHO's, and do not notice that.
// Functions without state, constant time.
#pragma once

#include <span>
#include <string_view>

namespace codelog::coding_systems::icd10 {

// Differences between a code's names in the 2016 and the 2019 edition.
enum class KnownDifference {
  none,
  clinically_different,  // a record under this code has another meaning
  equivalent,            // other words for the same meaning
};
KnownDifference known_difference(std::string_view code);

// Differences between WHO's 2016 edition and the NHS class browser's.
enum class KnownNhsDifference {
  none,
  nhs_text,  // the NHS's words are right
  who_text,  // WHO's words are right
};
KnownNhsDifference known_nhs_difference(std::string_view code);

// True for codes of 2016 that the NHS class browser does not list one by one: sites of M14, and
// places of occurrence of external causes.
bool is_known_to_be_unlisted(std::string_view code);

// In 2016, the NHS codes the place of occurrence of an external cause as the fourth character of
// all categories W00-Y34 except two ...
bool takes_place_of_occurrence(std::string_view code);
// ... even where WHO has four-character codes of its own, which then give way.
bool gives_way_to_place_of_occurrence(std::string_view code);
std::span<const std::string_view> codes_giving_way();

}  // namespace codelog::coding_systems::icd10
