#include "coding_systems/ecl/tokens.h"

#include <algorithm>
#include <array>

namespace codelog::coding_systems::ecl {
namespace {

constexpr std::size_t concept_digits_min = 6;
constexpr std::size_t concept_digits_max = 18;

// Symbols of more than one character; longer ones before those that they begin with.
constexpr std::array<std::string_view, 13> long_symbols = {
    "!!>", "!!<", "<<!", ">>!", "<<", "<!", ">>", ">!", "!=", "<=", ">=", "..", "{{"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// The bytes of one blank at the beginning. Texts copied from pages have no-break spaces.
std::size_t blank_bytes(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] == ' ' || text[0] == '\t' || text[0] == '\r' || text[0] == '\n') return 1;
  if (text.starts_with("\xC2\xA0")) return 2;       // a no-break space
  return text.starts_with("\xEF\xBB\xBF") ? 3 : 0;  // a byte order mark
}

template <class Is>
std::size_t count_leading(std::string_view text, Is is) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is) - text.begin());
}

}  // namespace

bool Token::is_word(std::string_view upper_case) const {
  return kind == TokenKind::word &&
         std::ranges::equal(text, upper_case, [](char a, char b) { return upper(a) == b; });
}

base::Error error_at(std::string_view text, std::size_t at_bytes, const std::string& detail) {
  const std::string_view before = text.substr(0, at_bytes);
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t line_begin = before.rfind('\n') + 1;  // 0 if there is none
  const auto column = std::ranges::count_if(before.substr(line_begin),
                                            [](char c) { return !continues_character(c); });
  return {base::ErrorCode::invalid,
          "line " + std::to_string(line) + ", column " + std::to_string(column + 1) + ": " + detail,
          {}};
}

base::Result<void> Tokenizer::skip_blanks() {
  for (;;) {
    const std::string_view rest = text_.substr(at_);
    if (const std::size_t blank = blank_bytes(rest); blank > 0) {
      at_ += blank;
      continue;
    }
    if (!rest.starts_with("/*")) return {};
    const std::size_t end = rest.find("*/", 2);
    if (end == std::string_view::npos) {
      return error_at(text_, at_, "the comment that begins here has no end: */");
    }
    at_ += end + 2;
  }
}

Token Tokenizer::token(TokenKind kind, std::size_t size_bytes) {
  const Token made{kind, text_.substr(at_, size_bytes), at_};
  at_ += size_bytes;
  return made;
}

base::Result<Token> Tokenizer::concept_id() {
  const std::string_view rest = text_.substr(at_);
  const std::size_t digits = count_leading(rest, is_digit);
  const bool is_glued = digits < rest.size() && is_letter(rest[digits]);
  if (digits < concept_digits_min || digits > concept_digits_max || rest[0] == '0' || is_glued) {
    return error_at(text_, at_, "is not a concept id: 6 to 18 digits, the first of them not 0");
  }
  return token(TokenKind::concept_id, digits);
}

base::Result<Token> Tokenizer::term() {
  const std::size_t begin = at_;
  const std::size_t end = text_.find('|', begin + 1);
  if (end == std::string_view::npos) {
    return error_at(text_, begin, "the term that begins here has no end: |");
  }
  at_ = end + 1;
  return Token{TokenKind::term, text_.substr(begin + 1, end - begin - 1), begin};
}

base::Result<Token> Tokenizer::next() {
  if (const auto skipped = skip_blanks(); !skipped) return skipped.error();
  const std::string_view rest = text_.substr(at_);
  if (rest.empty()) return token(TokenKind::end, 0);
  if (is_digit(rest[0])) return concept_id();
  if (rest[0] == '|') return term();
  if (is_letter(rest[0])) return token(TokenKind::word, count_leading(rest, is_letter));
  for (const std::string_view symbol : long_symbols) {
    if (rest.starts_with(symbol)) return token(TokenKind::symbol, symbol.size());
  }
  return token(TokenKind::symbol, 1 + count_leading(rest.substr(1), continues_character));
}

}  // namespace codelog::coding_systems::ecl
