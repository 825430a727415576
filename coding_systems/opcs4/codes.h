// The form of OPCS-4 codes. Functions without state.
//
// A chapter is a letter (A), a category has two more digits (A01), a subdivision a third digit
// (A01.1). Codes are stored as the NHS submits them, without the full stop: A011.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace codelog::coding_systems::opcs4 {

// The stored form of a code written with or without its full stop; nothing for other texts.
std::optional<std::string> normal_code(std::string_view text);

// "A01" for "A011", "A" for "A01", "" for "A". Takes codes in their stored form.
std::string one_level_up(std::string_view code);

}  // namespace codelog::coding_systems::opcs4
