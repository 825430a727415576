// A made-up terminology of the size and shape of the UK Monolith: the numbers of concepts by kind
// and of parents, and the overlap of descendants, follow published figures. Holds only numbers for
// each concept, about 100 bytes.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/demo/large_words.h"

namespace codelog::demo {

class LargeTerminology {
 public:
  using Number = std::uint32_t;

  // Deterministic. Needs at least a few hundred concepts.
  LargeTerminology(Number concepts_count, std::uint64_t seed);

  Number size() const { return static_cast<Number>(branches_.size()); }
  std::uint64_t id(Number number) const { return ids_[number]; }
  bool is_active(Number number) const { return is_active_[number] != 0; }
  // Parents have smaller numbers; inactive concepts and the root have none.
  std::span<const Number> parents(Number number) const {
    return std::span(parents_).subspan(parent_offsets_[number],
                                       parent_offsets_[number + 1] - parent_offsets_[number]);
  }
  std::string term(Number number) const;  // without its tag
  std::string_view tag(Number number) const;
  // Concepts that stand for attributes, the types of relationships.
  std::span<const Number> attributes() const { return attributes_; }

 private:
  void add_structure();
  void add_branches();
  void add_attributes();
  void grow(Number concepts_count);
  Number add(std::uint64_t id, std::uint8_t branch, std::span<const Number> parents,
             std::string_view term);
  void choose_words(Number number, Number concepts_count);

  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool chance(unsigned percent) { return below(100) < percent; }
  Number choose_parent(std::uint8_t branch);
  // Picks another parent for the children of this concept; near ones are more probable.
  Number choose_near(Number parent, std::uint8_t branch);
  // One of the latest children, or the number itself if it has none.
  Number some_child(Number number);

  std::mt19937_64 random_;
  Vocabulary vocabulary_;
  std::vector<std::uint64_t> ids_;
  std::vector<std::uint8_t> branches_;
  std::vector<std::uint8_t> is_active_;
  std::vector<std::uint32_t> parent_offsets_{0};
  std::vector<Number> parents_;
  std::vector<std::uint32_t> word_offsets_{0};
  std::vector<std::uint32_t> words_;      // ranks in the vocabulary
  std::vector<std::string> given_terms_;  // of the first concepts
  std::vector<Number> attributes_;
  std::vector<std::vector<Number>> members_;  // active concepts, by branch
  // A linked list of the edges below every concept, latest first: edge e is parents_[e].
  std::vector<std::uint32_t> last_edges_;
  std::vector<std::uint32_t> earlier_edges_;
  std::vector<Number> edge_children_;
};

}  // namespace codelog::demo
