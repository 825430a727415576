// Finds words in a row in texts as they are, without folding them first: what a search looks at
// when it asks thousands of texts. What cannot be told from the bytes alone is left to text_fold.h.
// Immutable and safe from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/text_search.h"

namespace codelog::coding_systems {

class WordSearch {
 public:
  enum class Answer : std::uint8_t { no, yes, unknown };

  // Words of a folded text (text_fold.h), at least one. `last_is_prefix`: a longer word that starts
  // with the last one will do.
  WordSearch(std::span<const std::string_view> words, bool last_is_prefix);

  // Whether the text's words, once it is folded, hold these in a row. Unknown only for texts with
  // apostrophes or bytes beyond ASCII, or where a word has such. TextSearch::readable_behind_bytes
  // must be readable behind the text. About 20 ns.
  Answer look(std::string_view text) const;

 private:
  bool matches_at(std::string_view text, std::size_t place) const;

  TextSearch first_;
  std::vector<std::string> words_;
  bool last_is_prefix_;
  bool is_ascii_;
};

}  // namespace codelog::coding_systems
