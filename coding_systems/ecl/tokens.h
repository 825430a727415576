// Divides the text of an expression into tokens. Pure.
//
// Knows the tokens of the whole language, so that the parser can name what it does not support.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "events/base/result.h"

namespace codelog::coding_systems::ecl {

enum class TokenKind {
  end,
  concept_id,
  word,    // letters: a keyword
  term,    // in pipes
  symbol,  // an operator, a parenthesis, or any other character
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view text;     // of the expression; a term without its pipes
  std::size_t at_bytes = 0;  // where it begins

  bool is(std::string_view symbol) const { return kind == TokenKind::symbol && text == symbol; }
  bool is_word(std::string_view upper_case) const;  // in any case
};

// An error at a place of the text, in the words of parse_expression().
base::Error error_at(std::string_view text, std::size_t at_bytes, const std::string& detail);

class Tokenizer {
 public:
  // The text must outlive this object and its tokens.
  explicit Tokenizer(std::string_view text) : text_(text) {}

  // The next token, after white space and comments; at the end, `end` again and again.
  base::Result<Token> next();

 private:
  base::Result<void> skip_blanks();
  base::Result<Token> concept_id();
  base::Result<Token> term();
  Token token(TokenKind kind, std::size_t size_bytes);

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace codelog::coding_systems::ecl
