// The titles of a release's codes (types), and the types of each code. Immutable after
// construction, safe from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/algebra/hierarchy.h"
#include "coding_systems/algebra/node_set.h"

namespace codelog::coding_systems {

class Release;

class TypeTable {
 public:
  struct Type {
    std::string title;
    std::uint32_t codes_count = 0;
  };

  // Asks the release about every concept: about 0.5 s for a million. A code without a concept has
  // no type here.
  explicit TypeTable(const Release& release);

  std::span<const Type> types() const { return types_; }  // sorted by title
  // The numbers of the types with this title, ASCII letters in either case; none if the release
  // lacks the title.
  std::vector<std::uint32_t> find(std::string_view title) const;
  std::span<const std::uint32_t> types_of(Node node) const;  // as numbers in types(), increasing

 private:
  std::vector<Type> types_;
  std::vector<std::uint32_t> offsets_;  // node n's types: [offsets_[n], offsets_[n+1]) of numbers_
  std::vector<std::uint32_t> numbers_;
};

}  // namespace codelog::coding_systems
