// The form of Read codes, version 2. Functions without state.
//
// A code has 5 characters: letters and digits (upper and lower case differ), padded with full
// stops. Each further character is one level down: H33.. is below H3..., which is below H.... .
// With 7 characters, the last two select one of the code's terms: 00 is the preferred term, 11 and
// higher are synonyms.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace codelog::coding_systems::readv2 {

constexpr std::size_t code_bytes = 5;
constexpr std::size_t term_code_bytes = 2;
constexpr std::string_view preferred_term_code = "00";

// True for 5 characters as above. "....." may stand for the root.
bool is_code(std::string_view text);
// Two letters or digits.
bool is_term_code(std::string_view text);

struct TermOfCode {
  std::string_view code;       // 5 characters
  std::string_view term_code;  // "00" if the text had none
};

// 5 or 7 characters; nothing for other texts.
std::optional<TermOfCode> split_code(std::string_view text);

// "H3..." for "H33..", "....." for "H....", "" for "....."; the text must be a code (checked).
std::string one_level_up(std::string_view code);
// "H...." for "H33..".
std::string chapter_of(std::string_view code);

}  // namespace codelog::coding_systems::readv2
