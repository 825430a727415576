#include "coding_systems/base/typed_code.h"

#include <algorithm>
#include <array>

#include "events/base/text.h"

namespace codelog::coding_systems {
namespace {

// Zero-width spaces and joiners, marks of direction, word joiner, byte order mark, soft hyphen.
constexpr std::array<std::string_view, 8> unseen = {"\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D",
                                                    "\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x81\xA0",
                                                    "\xEF\xBB\xBF", "\xC2\xAD"};
constexpr std::string_view en_dash = "\xE2\x80\x93";
constexpr std::string_view no_break_space = "\xC2\xA0";
constexpr std::string_view dagger = "\xE2\x80\xA0";

constexpr std::size_t icd10_category_bytes = 3;
constexpr std::size_t opcs4_code_bytes_max = 4;
constexpr std::size_t read_code_bytes = 5;
constexpr std::size_t read_term_code_bytes = 2;
// Two characters are more likely a number than a Read code without its full stops.
constexpr std::size_t read_code_bytes_typed_min = 3;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter_or_digit(char c) { return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z'); }

void replace_all(std::string& text, std::string_view old, std::string_view now) {
  for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at + now.size())) {
    text.replace(at, old.size(), now);
  }
}

// The code in upper case without the full stops and spaces that tables write in it.
std::string plain_code(std::string_view text) {
  std::string code = base::ascii_upper(text);
  replace_all(code, en_dash, "-");
  replace_all(code, no_break_space, "");
  std::erase_if(code, [](char c) { return c == '.' || c == ' '; });
  return code;
}

// Tables write "J45.-" for a category with subcategories.
void remove_end_hyphens(std::string& code) {
  while (code.ends_with('-')) code.pop_back();
}

std::string icd10_code(std::string_view text) {
  std::string code = plain_code(text);
  replace_all(code, dagger, "");
  std::erase(code, '*');
  remove_end_hyphens(code);
  // Hospital records pad categories without subcategories with an X: "I10X".
  const bool is_filled = code.size() == icd10_category_bytes + 1 && is_upper(code[0]) &&
                         is_digit(code[1]) && is_digit(code[2]) && code.back() == 'X';
  if (is_filled) code.pop_back();
  return code;
}

std::string opcs4_code(std::string_view text) {
  std::string code = plain_code(text);
  remove_end_hyphens(code);
  const bool has_form = !code.empty() && code.size() <= opcs4_code_bytes_max && is_upper(code[0]) &&
                        std::all_of(code.begin() + 1, code.end(), is_digit);
  return has_form ? code : std::string(text);
}

// True for letters and digits, then full stops.
bool is_read_code(std::string_view text) {
  const std::string_view letters = text.substr(0, text.find('.'));
  return std::ranges::all_of(letters, is_letter_or_digit) &&
         text.find_first_not_of('.', letters.size()) == std::string_view::npos;
}

std::string read_code(std::string_view text) {
  std::string code(text);
  const bool is_short = text.size() >= read_code_bytes_typed_min && text.size() < read_code_bytes;
  if (is_short && is_read_code(text)) code.resize(read_code_bytes, '.');
  return code;
}

std::string readv2_code(std::string_view text) {
  if (text.size() != read_code_bytes + read_term_code_bytes) return read_code(text);
  const std::string_view code = text.substr(0, read_code_bytes);
  const bool has_term_code =
      is_read_code(code) && std::ranges::all_of(text.substr(read_code_bytes), is_letter_or_digit);
  return std::string(has_term_code ? code : text);
}

struct CodeForm {
  std::string_view system;
  std::string (*normal_code)(std::string_view text);
};

constexpr std::array<CodeForm, 5> code_forms = {
    CodeForm{"icd10", icd10_code}, CodeForm{"opcs4", opcs4_code}, CodeForm{"readv2", readv2_code},
    CodeForm{"ctv3", read_code}, CodeForm{"bnf", base::ascii_upper}};

}  // namespace

std::string_view trim_unseen(std::string_view text) {
  for (std::size_t size = text.size() + 1; size != text.size();) {
    size = text.size();
    text = base::trim_unicode_space(text);
    for (const std::string_view character : unseen) {
      if (text.starts_with(character)) text.remove_prefix(character.size());
      if (text.ends_with(character)) text.remove_suffix(character.size());
    }
  }
  return text;
}

std::string_view trim_typed_code(std::string_view text) {
  return trim_unseen(text.substr(0, text.find('|')));
}

std::string normal_code(std::string_view coding_system, std::string_view typed) {
  const std::string_view text = trim_typed_code(typed);
  for (const CodeForm& form : code_forms) {
    if (form.system == coding_system) return form.normal_code(text);
  }
  return std::string(text);
}

std::optional<Node> find_typed_code(const Release& release, std::string_view typed) {
  if (const auto node = release.find(typed)) return node;
  const std::string_view trimmed = trim_typed_code(typed);
  if (const auto node = trimmed != typed ? release.find(trimmed) : std::nullopt) return node;
  const std::string code = normal_code(release.system().id, trimmed);
  return code != trimmed ? release.find(code) : std::nullopt;
}

}  // namespace codelog::coding_systems
