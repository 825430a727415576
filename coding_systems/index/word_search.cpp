#include "coding_systems/index/word_search.h"

#include <algorithm>

#include "coding_systems/base/code_hash.h"
#include "coding_systems/index/text_fold.h"
#include "events/base/check.h"

namespace codelog::coding_systems {
namespace {

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// True for a byte that always separates words: a word can start after it and end before it, in any
// context.
bool separates(unsigned char byte) { return byte < ascii_after && !is_ascii_word(byte); }

bool is_plain(std::string_view text) {
  // No early exit at the first such byte, so that the compiler makes one loop of 16 bytes a step.
  bool has_other = false;
  for (const char c : text) {
    has_other |= (static_cast<unsigned char>(c) >= ascii_after) | (c == '\'');
  }
  return !has_other;
}

std::string first_of(std::span<const std::string_view> words) {
  CODELOG_CHECK(!words.empty() && !words.front().empty(), "there is a word to look for");
  return std::string(words.front());
}

}  // namespace

WordSearch::WordSearch(std::span<const std::string_view> words, bool last_is_prefix)
    : first_(first_of(words), 0),
      words_(words.begin(), words.end()),
      last_is_prefix_(last_is_prefix),
      is_ascii_(std::ranges::all_of(words, is_plain)) {}

bool WordSearch::matches_at(std::string_view text, std::size_t place) const {
  if (place > 0 && !separates(byte_at(text, place - 1))) return false;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const std::string& word = words_[i];
    const auto piece = text.substr(place, word.size());
    if (i > 0 && !equal_ignoring_ascii_case(piece, word)) return false;
    place += word.size();
    const bool is_last = i + 1 == words_.size();
    if (is_last && last_is_prefix_) return true;
    if (place < text.size() && !separates(byte_at(text, place))) return false;
    while (place < text.size() && separates(byte_at(text, place))) ++place;
  }
  return true;
}

WordSearch::Answer WordSearch::look(std::string_view text) const {
  if (is_ascii_) {
    for (auto place = first_.find(text, 0); place != std::string_view::npos;
         place = first_.find(text, place + 1)) {
      if (matches_at(text, place)) return Answer::yes;
    }
  }
  return is_plain(text) ? Answer::no : Answer::unknown;
}

}  // namespace codelog::coding_systems
