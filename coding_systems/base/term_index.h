// The term index: for every gram (one to three bytes, ASCII folded) that occurs in a release's
// texts, the nodes with a text that contains it. Terms of up to three bytes are answered from one
// list; longer ones by intersecting the lists of their rarest grams and looking at the texts that
// are left.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/hierarchy.h"
#include "coding_systems/base/posting_list.h"
#include "coding_systems/base/text_search.h"

namespace codelog::coding_systems {

struct GramEntry {
  std::uint32_t key =
      0;  // number of bytes << 24 | the bytes, first one highest; entries are sorted by key
  std::uint32_t count = 0;       // nodes in the list
  std::uint32_t first_word = 0;  // where the list starts in the postings, in words of 8 bytes
  std::uint32_t bytes = 0;       // length of the list; as long as a bit per node: it is one
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
    std::string_view texts;  // TextSearch::readable_behind_bytes may be read behind them
  };

  TermIndex() = default;
  explicit TermIndex(const Parts& parts)
      : parts_(parts),
        lists_(parts.postings, std::max<std::size_t>(parts.text_offsets.size(), 1) - 1) {}

  // The nodes with a text that contains `text`, ASCII letters in either case; increasing. Nothing
  // for an empty text. Damaged lists give wrong nodes, but never one beyond the release or a read
  // beyond the arrays.
  std::vector<Node> find_containing(std::string_view text) const;
  // The nodes whose texts contain all of these, in one of them or in several. Nothing where there
  // is nothing to contain, or an empty text.
  std::vector<Node> find_containing_all(std::span<const std::string> texts) const;
  // The same and perhaps some more: no text is looked at. About 1 ns for every node that is found.
  std::vector<Node> candidates_for_all(std::span<const std::string> texts) const;

 private:
  // A gram of a sought text: its list and where it is in the text.
  struct Sought {
    GramEntry entry;
    std::size_t place = 0;
  };

  bool is_bitmap(const GramEntry& entry) const;
  const GramEntry* find_gram(std::string_view folded) const;
  // The trigrams of a text (or the text, if it is shorter), rarest first; nothing if one of them is
  // in no text of the release.
  std::vector<Sought> find_grams(std::string_view folded) const;
  // The grams of all texts, the rarest of each text before all others, and what finds each text.
  struct SoughtTexts {
    std::vector<Sought> grams;
    std::vector<TextSearch> searches;
  };
  // Nothing where one of the texts is nowhere.
  SoughtTexts seek(std::span<const std::string> texts) const;
  std::span<const std::uint64_t> bitmap(const GramEntry& entry) const;
  std::vector<Node> nodes(const GramEntry& entry) const;
  std::vector<Node> candidates(std::span<const Sought> rarest_first) const;
  std::vector<Node> candidates_of_bitmaps(std::span<const Sought> rarest_first) const;
  std::vector<Node> verified(std::vector<Node> candidates,
                             std::span<const TextSearch> searches) const;
  std::string_view texts_of(Node node) const;  // those that are searched

  Parts parts_;
  PostingLists lists_;
};

}  // namespace codelog::coding_systems
