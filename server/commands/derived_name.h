// The name of a codelist that is made from another: the other's name with a suffix, shortened where
// the whole would be longer than names may be. Functions without state.
#pragma once

#include <string>
#include <string_view>

namespace codelog::commands {

// "Asthma" and " (clone)": the name with the suffix (of ASCII). A long name loses characters at its
// end until the whole fits, as a name and as the slug made from it.
std::string name_with(std::string_view name, const std::string& suffix);

// The same for a slug.
std::string slug_with(std::string_view slug, const std::string& suffix);

}  // namespace codelog::commands
