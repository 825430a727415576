// What the second edition of the synthetic SNOMED CT changes: terms of familiar concepts, which are
// those that the demonstration's codelists are made of.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "tools/demo/snomedct_words.h"

namespace codelog::demo {

// Parents are familiar concepts, or new ones that come first.
std::span<const FamiliarConcept> new_concepts();

struct RetiredConcept {
  std::string_view term;       // of a concept without others below it
  std::string_view refset_id;  // says in which way the successors take its place
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
