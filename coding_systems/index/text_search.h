// Finds one folded text inside others; separates the hits among the term index's candidates from
// the rest. Immutable and safe from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codelog::coding_systems {

// Texts are fetched into the processor line by line, ahead of a search.
inline constexpr std::size_t cache_line_bytes = 64;

class TextSearch {
 public:
  // This many bytes after every searched text must be readable; their values do not matter.
  static constexpr std::size_t readable_behind_bytes = 32;

  // `folded` is in ASCII lower case and not empty. `anchor` is the place of its rarest bytes. The
  // search looks for that byte and the byte two places later (or the last byte), and compares the
  // rest only where both match.
  TextSearch(std::string folded, std::size_t anchor);

  // True if the text contains the folded text, ASCII letters in either case. About 0.1 ns a byte.
  bool is_in(std::string_view text) const { return find(text, 0) != std::string_view::npos; }
  // The first place at or after `from`, or npos.
  std::size_t find(std::string_view text, std::size_t from) const;

 private:
  bool matches_at(const char* place) const;

  std::string folded_;
  std::size_t first_anchor_;
  std::size_t second_anchor_;
};

}  // namespace codelog::coding_systems
