// The words of the synthetic SNOMED CT release.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace codelog::demo {

// One aspect of a meaning, such as the site of a disorder: a tree of values. Value 0 is "not said";
// every other value is narrower than its parent.
struct Dimension {
  struct Value {
    std::string_view text;
    std::uint8_t parent = 0;
  };
  std::vector<Value> values;

  std::size_t depth(std::uint8_t value) const;
};

enum class DimensionName {
  morphology,
  organ,
  part,
  side,
  course,
  severity,
  cause,
  method,
  approach
};
const Dimension& dimension(DimensionName name);
// The texts one step narrower than `broader`; for an empty text, the broadest ones.
std::vector<std::string_view> texts_below(DimensionName name, std::string_view broader);
// The texts without narrower ones.
std::vector<std::string_view> narrowest_texts(DimensionName name);

// A concept of SNOMED CT's structure, with its real identifier. Parents come first.
struct StructuralConcept {
  std::string_view id;
  std::string_view term;
  std::string_view tag;
  std::string_view parent_id;  // empty for the root
};
std::span<const StructuralConcept> structural_concepts();

// A concept that visitors will look for. Its parents are terms of earlier familiar concepts or of
// structural concepts, or "Disorder of <system>".
struct FamiliarConcept {
  std::string_view term;
  std::string_view tag;
  std::array<std::string_view, 2> parents;
  std::string_view synonyms;  // separated by |
  bool is_active = true;
};
std::span<const FamiliarConcept> familiar_concepts();

}  // namespace codelog::demo
