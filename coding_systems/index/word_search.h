// Finds consecutive words in unfolded texts. A search uses it to check thousands of texts without
// folding them first. Leaves to text_fold.h the texts whose bytes alone do not decide. Immutable
// and safe from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/index/text_search.h"

namespace codelog::coding_systems {

class WordSearch {
 public:
  enum class Answer : std::uint8_t { no, yes, unknown };

  // Words of a folded text (text_fold.h), at least one. `last_is_prefix`: a longer word that starts
  // with the last word also matches.
  WordSearch(std::span<const std::string_view> words, bool last_is_prefix);

  // Whether the folded text would contain these words in a row. Unknown only if the text or a word
  // has an apostrophe or bytes beyond ASCII. TextSearch::readable_behind_bytes must be readable
  // after the text. About 20 ns.
  Answer look(std::string_view text) const;

 private:
  bool matches_at(std::string_view text, std::size_t place) const;

  TextSearch first_;
  std::vector<std::string> words_;
  bool last_is_prefix_;
  bool is_ascii_;
};

}  // namespace codelog::coding_systems
