// A made-up terminology: concepts with terms and parents, independent of any file format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/demo/snomedct_words.h"

namespace codelog::demo {

using ConceptNumber = std::uint32_t;  // index into Terminology

struct DemoConcept {
  std::string id = {};
  std::string term = {};  // without the tag
  std::string tag = {};
  std::vector<std::string> synonyms = {};  // besides the term
  std::vector<ConceptNumber> parents = {};
  std::optional<ConceptNumber> finding_site = {};
  std::optional<ConceptNumber> morphology = {};
  bool is_active = true;
  bool is_generated = false;  // built at random; neither structural nor familiar
};

// Parents come before their children.
using Terminology = std::vector<DemoConcept>;

Terminology make_terminology(std::uint32_t concepts_count, std::uint64_t seed);

// The concept with this term. The term must exist, and once only (checked).
ConceptNumber find_concept(const Terminology& terminology, std::string_view term);
// Adds a familiar concept; its parents must be there already.
void add_familiar(Terminology& terminology, const FamiliarConcept& known);

}  // namespace codelog::demo
