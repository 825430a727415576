// SNOMED CT's fully specified names end in a semantic tag: "Fracture of femur (disorder)". Splits
// names as OpenCodelists does: a tag consists of letters, digits, underscores, slashes and spaces
// of any script; a name with anything else in its last brackets has no tag. Functions without
// state.
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

// Each word with a capital first letter and small other letters, as in Python's str.title:
// "Regime/Therapy".
std::string to_title_case(std::string_view text);

}  // namespace codelog::coding_systems::snomedct
