// The token index: every word (text_fold.h) of a release's searched texts, in order, each with the
// texts that contain it. Texts are numbered in the order of the index file, display names included.
// So a hit names its description, and a node's texts have consecutive numbers.
//
// The list of a word is a posting list (posting_list.h) of text numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/index/index_source.h"
#include "coding_systems/index/posting_list.h"

namespace codelog::coding_systems {

using TextNumber = std::uint32_t;

struct TokenEntry {
  std::uint32_t first_byte =
      0;  // start of the word in the token bytes; it ends where the next word starts
  std::uint32_t count = 0;       // texts in the list
  std::uint32_t first_word = 0;  // start of the list in the postings, in words of 8 bytes
  std::uint32_t bytes = 0;       // length of the list
  bool operator==(const TokenEntry&) const = default;
};
static_assert(sizeof(TokenEntry) == 16);

// A word that a text must contain: exactly, or as the start of one of its words.
struct WantedWord {
  std::string word;  // folded
  bool is_prefix = false;
  auto operator<=>(const WantedWord&) const = default;
};
// True if one of the words matches `wanted`.
bool has_word(std::span<const std::string_view> words, const WantedWord& wanted);

// A view over the arrays of an index file, which must outlive it. Immutable, safe from any thread.
class TokenIndex {
 public:
  struct Parts {
    std::span<const TokenEntry> tokens;
    std::string_view token_bytes;
    std::span<const std::uint64_t> postings;
    std::size_t text_count = 0;
  };

  TokenIndex() = default;
  explicit TokenIndex(const Parts& parts)
      : parts_(parts), lists_(parts.postings, parts.text_count) {}

  std::string_view token(std::size_t place) const;

  // The texts that contain all the wanted words, increasing; no texts if no word is wanted.
  // keep(texts, wanted word) must remove the texts that lack the word. It is called for a few texts
  // where looking at them costs less than reading the list of a common word. About 2 ns for every
  // list entry read.
  template <class Keep>
  std::vector<TextNumber> texts_with_all(std::span<const WantedWord> wanted, Keep keep) const {
    auto ranges = find_ranges(wanted);
    if (ranges.empty()) return {};
    auto texts = texts_of(ranges.front());
    for (const Range& range : std::span(ranges).subspan(1)) {
      if (range.postings_count <= texts.size() * postings_per_text_max) {
        keep_common(texts, range);
      } else {
        keep(texts, wanted[range.wanted]);
      }
    }
    return texts;
  }

 private:
  // The texts that contain the word at this place of the dictionary; increasing.
  std::vector<TextNumber> texts_with(std::size_t place) const;

  // Reading one more entry of a list costs about 2 ns, looking at one more text about 40 ns.
  static constexpr std::size_t postings_per_text_max = 16;

  // The words of the dictionary that match a wanted word.
  struct Range {
    std::size_t first = 0;
    std::size_t after = 0;
    std::uint64_t postings_count = 0;
    std::size_t wanted = 0;  // place among the wanted words
  };

  // Rarest first. Empty if the dictionary lacks one of the wanted words, or if no word is wanted.
  std::vector<Range> find_ranges(std::span<const WantedWord> wanted) const;
  PostingPlace place_of(std::size_t token) const;
  std::vector<TextNumber> texts_of(const Range& range) const;
  std::vector<std::uint64_t> bits_of(const Range& range) const;
  void keep_common(std::vector<TextNumber>& texts, const Range& range) const;

  Parts parts_;
  PostingLists lists_;
};

// Collects the lists. Texts come in increasing order.
class TokenIndexBuilder {
 public:
  struct Built {
    std::vector<TokenEntry> tokens;
    std::string token_bytes;
    std::vector<std::uint64_t> postings;
  };

  // Adds a text; a text without words still takes a number.
  void add(TextNumber number, std::string_view text);
  // Returns the index; the builder cannot be used afterwards.
  Built take(std::size_t text_count);

 private:
  void add_words(TextNumber number, std::string_view folded);

  CodeNumbers tokens_;  // numbers distinct strings of any kind, here words
  std::vector<PostingListBuilder> lists_;
  std::string folded_;
  std::vector<std::string_view> words_;
};

}  // namespace codelog::coding_systems
