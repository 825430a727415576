// How the search modes beyond "contains" read texts: letters in either case and with or without
// diacritics are alike, and a text is words with something between them.
//
// Folding goes code point by code point and knows no context, so that a text that starts with
// another still does when both are folded: full case folding, compatibility forms of letters and
// digits ("²" is "2"), marks left out, and the few letters that Unicode does not take apart ("ø" is
// "o", "æ" is "ae"). Typographic apostrophes become "'". Bytes that are not UTF-8 stay as they are.
//
// A word is a longest run of letters and digits. "Crohn's" is "crohn" and "s"; so that it is found
// by "crohns" too, the words of a text with its apostrophes taken out count as well.
//
// Functions without state, linear in the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codelog::coding_systems {

struct CodePoint {
  std::int32_t value = -1;  // negative: a byte that starts no code point
  std::size_t bytes = 1;
};
// The code point that a text (of at least one byte) starts with.
CodePoint first_code_point(std::string_view text);
// By Unicode's categories; a negative value is neither.
bool is_letter_or_digit(std::int32_t value);

void append_folded(std::string_view text, std::string& out);
std::string fold_text(std::string_view text);

constexpr unsigned char ascii_after = 0x80;
bool is_ascii(std::string_view text);
constexpr bool is_ascii_word(unsigned char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
         (byte >= 'A' && byte <= 'Z');
}

// Of a folded text; views of it, in order.
std::vector<std::string_view> words_of(std::string_view folded);
// For loops over many texts: `words` is emptied first.
void find_words(std::string_view folded, std::vector<std::string_view>& words);

bool has_apostrophe(std::string_view folded);
std::string without_apostrophes(std::string_view folded);

// How a text begins.
enum class TextStart : std::uint8_t { same, longer, other };
// `same`: the text is, folded, the folded one given; `longer`: it goes on after it. Stops at the
// first difference.
TextStart compare_start(std::string_view text, std::string_view folded);

}  // namespace codelog::coding_systems
