// The term index: for every gram (one to three bytes, ASCII folded) in a release's texts, the nodes
// with a text that contains it. A term of up to three bytes is answered from one list. For a longer
// term, the lists of its rarest grams are intersected and the remaining texts are checked.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/algebra/hierarchy.h"
#include "coding_systems/index/posting_list.h"
#include "coding_systems/index/text_search.h"

namespace codelog::coding_systems {

struct GramEntry {
  std::uint32_t key =
      0;  // number of bytes << 24 | the bytes, first one highest; entries are sorted by key
  std::uint32_t count = 0;       // nodes in the list
  std::uint32_t first_word = 0;  // start of the list in the postings, in words of 8 bytes
  std::uint32_t bytes = 0;       // length of the list; if equal to that of a bitmap, it is a bitmap
  bool operator==(const GramEntry&) const = default;
};
static_assert(sizeof(GramEntry) == 16);

// A view over the arrays of an index file, which must outlive it. Immutable, safe from any thread.
class TermIndex {
 public:
  struct Parts {
    std::span<const GramEntry> grams;
    std::span<const std::uint64_t> postings;
    std::span<const std::uint32_t>
        text_offsets;        // node n's texts: [text_offsets[n], text_offsets[n+1]) of texts
    std::string_view texts;  // TextSearch::readable_behind_bytes may be read after them
  };

  TermIndex() = default;
  explicit TermIndex(const Parts& parts)
      : parts_(parts),
        lists_(parts.postings, std::max<std::size_t>(parts.text_offsets.size(), 1) - 1) {}

  // The nodes with a text that contains `text`, ASCII letters in either case; increasing. None for
  // an empty text. Damaged lists give wrong nodes, but never a node beyond the release or a read
  // beyond the arrays.
  std::vector<Node> find_containing(std::string_view text) const;
  // The nodes whose texts together contain all of these. None if there are no texts to contain, or
  // one is empty.
  std::vector<Node> find_containing_all(std::span<const std::string> texts) const;
  // The same nodes and perhaps some more, without reading any text. About 1 ns for every node
  // found.
  std::vector<Node> candidates_for_all(std::span<const std::string> texts) const;

 private:
  // A gram of a sought text: its list and its place in the text.
  struct Sought {
    GramEntry entry;
    std::size_t place = 0;
  };

  bool is_bitmap(const GramEntry& entry) const;
  const GramEntry* find_gram(std::string_view folded) const;
  // The trigrams of a text (or the text, if it is shorter), rarest first; none if no text of the
  // release has one of them.
  std::vector<Sought> find_grams(std::string_view folded) const;
  // The grams of all texts, with the rarest of each text first, and the search for each text.
  struct SoughtTexts {
    std::vector<Sought> grams;
    std::vector<TextSearch> searches;
  };
  // Nothing if one of the texts is in no text of the release.
  SoughtTexts seek(std::span<const std::string> texts) const;
  std::span<const std::uint64_t> bitmap(const GramEntry& entry) const;
  std::vector<Node> nodes(const GramEntry& entry) const;
  std::vector<Node> candidates(std::span<const Sought> rarest_first) const;
  std::vector<Node> candidates_of_bitmaps(std::span<const Sought> rarest_first) const;
  std::vector<Node> verified(std::vector<Node> candidates,
                             std::span<const TextSearch> searches) const;
  std::string_view texts_of(Node node) const;  // searched texts only

  Parts parts_;
  PostingLists lists_;
};

}  // namespace codelog::coding_systems
