// SNOMED CT's fully specified names end in a semantic tag: "Fracture of femur (disorder)". Cut as
// OpenCodelists cuts them: a tag is made of letters, digits, underscores, slashes and spaces of any
// script; a name whose last brackets hold anything else has no tag. Functions without state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace codelog::coding_systems::snomedct {

struct TaggedName {
  std::string_view term;                // the name without its tag; the whole name if it has none
  std::optional<std::string_view> tag;  // "disorder"
};

TaggedName split_tag(std::string_view name);

// Every word with a capital first letter and small others, as Python's str.title does it:
// "Regime/Therapy".
std::string to_title_case(std::string_view text);

}  // namespace codelog::coding_systems::snomedct
