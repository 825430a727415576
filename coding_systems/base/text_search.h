// Finds one folded text inside others: what tells a candidate of the term index from a hit.
// Immutable and safe from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codelog::coding_systems {

class TextSearch {
 public:
  // This many bytes behind every searched text must be readable (their values do not matter).
  static constexpr std::size_t readable_behind_bytes = 32;

  // `folded` in ASCII lower case, not empty. `anchor` is the place of its rarest bytes: the search
  // looks for that byte and the one two further on (or the last), and compares the rest only where
  // both are right.
  TextSearch(std::string folded, std::size_t anchor);

  // True if the text contains the sought one, ASCII letters in either case. About 0.1 ns a byte.
  bool is_in(std::string_view text) const { return find(text, 0) != std::string_view::npos; }
  // Its first place from `from` on, or npos.
  std::size_t find(std::string_view text, std::size_t from) const;

 private:
  bool matches_at(const char* place) const;

  std::string folded_;
  std::size_t first_anchor_;
  std::size_t second_anchor_;
};

}  // namespace codelog::coding_systems
