// The form of OPCS-4 codes. Functions without state.
//
// A chapter is a letter (A), a category has two digits more (A01), a subdivision a third (A01.1).
// They are stored as the NHS submits them, without the full stop: A011.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace codelog::coding_systems::opcs4 {

// The code as it is stored, of one written with or without its full stop; nothing for other texts.
std::optional<std::string> normal_code(std::string_view text);

// "A01" for "A011", "A" for "A01", "" for "A"; of codes as they are stored.
std::string one_level_up(std::string_view code);

}  // namespace codelog::coding_systems::opcs4
