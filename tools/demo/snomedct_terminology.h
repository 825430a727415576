// A made-up terminology: concepts with terms and parents, before anything is said about files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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
  bool is_generated = false;  // put together at random, neither structural nor familiar
};

// Parents come before their children.
using Terminology = std::vector<DemoConcept>;

Terminology make_terminology(std::uint32_t concepts_count, std::uint64_t seed);

}  // namespace codelog::demo
