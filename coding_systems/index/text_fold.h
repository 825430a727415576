// The form of texts in the search modes beyond "contains": case and diacritics do not matter, and a
// text is a sequence of words with something between them.
//
// Folding goes code point by code point without context, so a text that starts with another still
// does when both are folded. It applies full case folding and the compatibility forms of letters
// and digits ("²" becomes "2"), removes marks, and replaces the few letters that Unicode does not
// decompose ("ø" becomes "o", "æ" becomes "ae"). Typographic apostrophes become "'". Bytes that are
// not UTF-8 stay unchanged.
//
// A word is a longest run of letters and digits. "Crohn's" is "crohn" and "s"; the words of a text
// without its apostrophes count as well, so that "crohns" finds it too.
//
// Functions without state, linear in the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codelog::coding_systems {

// By Unicode's categories; false for a negative value.
bool is_letter_or_digit(std::int32_t value);

void append_folded(std::string_view text, std::string& out);
std::string fold_text(std::string_view text);

constexpr unsigned char ascii_after = 0x80;
bool is_ascii(std::string_view text);
constexpr bool is_ascii_word(unsigned char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
         (byte >= 'A' && byte <= 'Z');
}

// The words of a folded text, in order, as views of it.
std::vector<std::string_view> words_of(std::string_view folded);
// For loops over many texts: empties `words` first.
void find_words(std::string_view folded, std::vector<std::string_view>& words);

bool has_apostrophe(std::string_view folded);
std::string without_apostrophes(std::string_view folded);

// How the start of a text compares.
enum class TextStart : std::uint8_t { same, longer, other };
// `same`: the folded text equals `folded`; `longer`: it continues after it. Stops at the first
// difference.
TextStart compare_start(std::string_view text, std::string_view folded);

}  // namespace codelog::coding_systems
