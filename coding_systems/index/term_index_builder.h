// Builds a term index (term_index.h): collects the nodes of every gram.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/algebra/hierarchy.h"
#include "coding_systems/index/term_index.h"

namespace codelog::coding_systems {

// Texts come node by node, in increasing order. Memory: little more than the lists take in the
// index, since a list becomes one bit per node as soon as that is shorter. A list is found by its
// bytes without hashing, because most of the time of building an index goes into this lookup.
class TermIndexBuilder {
 public:
  struct Built {
    std::vector<GramEntry> grams;
    std::vector<std::uint64_t> postings;
  };

  explicit TermIndexBuilder(std::size_t node_count);

  void add(Node node, std::string_view text);
  // Returns the index; the builder cannot be used afterwards. Linear in the lists.
  Built take();

 private:
  struct List {
    std::uint32_t key = 0;
    std::uint32_t count = 0;
    std::vector<std::uint8_t> varints;
    // replaces the varints as soon as it is no longer than they are
    std::vector<std::uint64_t> bits;
  };
  // For two bytes: their own list, and the place of the lists of three bytes that start with them.
  struct Pair {
    std::uint32_t list = 0;
    std::uint32_t block = 0;
  };

  std::size_t bitmap_words() const { return (node_count_ + 63) / 64; }
  // Adds the node to the list. If the number is 0, makes a list for this key first.
  void add_to(std::uint32_t& list_number, std::uint32_t key, Node node);
  void append(List& list, Node last, Node node) const;
  void make_bits(List& list) const;

  std::size_t node_count_;
  std::vector<List> lists_;           // [0] is not used
  std::vector<Node> last_nodes_;      // of each list; kept apart, since most lookups need only this
  std::vector<std::uint32_t> ones_;   // 256 numbers of lists; here and below, 0 means no list
  std::vector<Pair> pairs_;           // 256 * 256
  std::vector<std::uint32_t> trios_;  // blocks of 256; the first is not used
  std::string folded_;
};

}  // namespace codelog::coding_systems
