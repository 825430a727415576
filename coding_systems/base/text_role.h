// The role of a text for its code. All texts except display names are searched; names and synonyms
// can be asked for. A display name is shown instead of any other name, for systems whose full names
// have unsearched parts (dm+d adds the kind of product, ICD-10 the modifier).
#pragma once

#include <cstdint>

namespace codelog::coding_systems {

enum class TextRole : std::uint8_t { name, synonym, other, display_name };

}  // namespace codelog::coding_systems
