// The changes in the second edition of the synthetic SNOMED CT: terms of familiar concepts, which
// the demonstration's codelists use.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "tools/demo/snomedct_words.h"

namespace codelog::demo {

// Parents are familiar concepts, or new ones earlier in the list.
std::span<const FamiliarConcept> new_concepts();

struct RetiredConcept {
  std::string_view term;       // of a concept without children
  std::string_view refset_id;  // says how the successors replace the concept
  std::array<std::string_view, 2> successors;
};
std::span<const RetiredConcept> retired_concepts();

struct RenamedConcept {
  std::string_view term;
  std::string_view new_term;
};
std::span<const RenamedConcept> renamed_concepts();

struct MovedConcept {
  std::string_view term;
  std::string_view parent_before;
  std::string_view parent;
};
std::span<const MovedConcept> moved_concepts();

}  // namespace codelog::demo
