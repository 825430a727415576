#include "tools/demo/snomedct_terminology.h"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <unordered_map>

#include "events/base/check.h"
#include "tools/demo/sctid.h"
#include "tools/demo/snomedct_words.h"
#include "tools/demo/text.h"

namespace codelog::demo {
namespace {

constexpr std::size_t dimensions_max = 7;
using Meaning = std::array<std::uint8_t, dimensions_max>;  // one value for each dimension

struct MeaningHash {
  std::size_t operator()(const Meaning& meaning) const {
    std::uint64_t hash = 0;
    for (const std::uint8_t value : meaning) hash = (hash + value) * 0x9E3779B97F4A7C15ULL;
    return hash ^ hash >> 32;
  }
};

// The concepts of one kind: combinations of values. A concept is narrower than those with a broader
// value in one dimension, so it can have several parents, as in real terminologies.
struct Lattice {
  std::string tag;
  std::vector<DimensionName> dimensions;
  std::unordered_map<Meaning, ConceptNumber, MeaningHash> numbers;
  std::vector<Meaning> meanings;
  // only existing concepts
  std::unordered_map<Meaning, std::vector<Meaning>, MeaningHash> narrower;

  std::optional<std::size_t> place(DimensionName name) const {
    const auto found = std::find(dimensions.begin(), dimensions.end(), name);
    if (found == dimensions.end()) return std::nullopt;
    return static_cast<std::size_t>(found - dimensions.begin());
  }
  std::uint8_t value(const Meaning& meaning, DimensionName name) const {
    const auto at = place(name);
    return at ? meaning[*at] : std::uint8_t{0};
  }
  std::string_view text(const Meaning& meaning, DimensionName name) const {
    return dimension(name).values[value(meaning, name)].text;
  }
};

std::string site_text(const Lattice& lattice, const Meaning& meaning) {
  return join({lattice.text(meaning, DimensionName::part),
               lattice.text(meaning, DimensionName::side),
               lattice.text(meaning, DimensionName::organ)});
}

class TerminologyMaker {
 public:
  explicit TerminologyMaker(std::uint64_t seed) : random_(seed) {
    using enum DimensionName;
    disorders_ = {"disorder", {morphology, organ, part, side, course, severity, cause}, {}, {}, {}};
    procedures_ = {"procedure", {method, organ, part, side, approach}, {}, {}, {}};
    bodies_ = {"body structure", {organ, part, side}, {}, {}, {}};
    morphologies_ = {"morphologic abnormality", {morphology}, {}, {}, {}};
    organisms_ = {"organism", {cause}, {}, {}, {}};
  }

  Terminology make(std::uint32_t concepts_count) {
    add_structure();
    add_familiar();
    add_all(morphologies_, DimensionName::morphology);
    add_all(organisms_, DimensionName::cause);
    add_all(bodies_, DimensionName::organ);
    // Roughly the shares of a real release. Concepts that do not fit into a small lattice go to the
    // largest.
    const std::size_t wanted = concepts_count;
    const std::size_t rest = wanted > concepts_.size() ? wanted - concepts_.size() : 0;
    grow(bodies_, std::min<std::size_t>(rest / 10, 600));
    grow(procedures_, std::min<std::size_t>(rest / 6, 20'000));
    if (wanted > concepts_.size()) grow(disorders_, wanted - concepts_.size());
    retire_some();
    return std::move(concepts_);
  }

 private:
  // A whole number below the bound, the same on any machine (unlike the standard's distributions).
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool chance(unsigned percent) { return below(100) < percent; }

  ConceptNumber add(DemoConcept added) {
    const auto number = static_cast<ConceptNumber>(concepts_.size());
    if (added.id.empty()) added.id = make_sctid(Component::concept_id, number);
    concepts_.push_back(std::move(added));
    return number;
  }

  void add_structure() {
    std::map<std::string_view, ConceptNumber> numbers;
    for (const StructuralConcept& known : structural_concepts()) {
      DemoConcept added{.id = std::string(known.id),
                        .term = std::string(known.term),
                        .tag = std::string(known.tag)};
      if (!known.parent_id.empty()) added.parents = {numbers.at(known.parent_id)};
      numbers[known.id] = add(std::move(added));
    }
    put(disorders_, Meaning{}, numbers.at("64572001"));
    put(procedures_, Meaning{}, numbers.at("71388002"));
    put(bodies_, Meaning{}, numbers.at("123037004"));
    put(morphologies_, Meaning{}, numbers.at("49755003"));
    put(organisms_, Meaning{}, numbers.at("410607006"));
  }

  void add_familiar() {
    const Dimension& organs = dimension(DimensionName::organ);
    for (std::size_t value = 1; value < organs.values.size(); ++value) {
      if (organs.values[value].parent != 0) continue;
      Meaning meaning{};
      meaning[*disorders_.place(DimensionName::organ)] = static_cast<std::uint8_t>(value);
      add_meaning(disorders_, meaning);
    }
    for (const FamiliarConcept& known : familiar_concepts()) demo::add_familiar(concepts_, known);
  }

  void add_all(Lattice& lattice, DimensionName name) {
    for (std::size_t value = 1; value < dimension(name).values.size(); ++value) {
      add_meaning(lattice, Meaning{static_cast<std::uint8_t>(value)});
    }
  }

  // Adds concepts below existing ones.
  void grow(Lattice& lattice, std::size_t concepts_count) {
    const std::size_t tries_max = concepts_count * 50;  // a lattice may be full
    std::size_t added = 0;
    for (std::size_t tries = 0; added < concepts_count && tries < tries_max; ++tries) {
      const Meaning& above = lattice.meanings[below(lattice.meanings.size())];
      const Meaning meaning = chance(65) ? joined(lattice, above) : narrowed(lattice, above);
      if (!is_sensible(lattice, meaning) || lattice.numbers.contains(meaning)) continue;
      add_meaning(lattice, meaning);
      ++added;
    }
  }

  // The meaning with one value, chosen at random, made one step narrower; unchanged if no value can
  // be.
  Meaning narrowed(const Lattice& lattice, Meaning meaning) {
    const std::size_t place = below(lattice.dimensions.size());
    const auto& values = dimension(lattice.dimensions[place]).values;
    std::vector<std::uint8_t> choices;
    for (std::size_t value = 1; value < values.size(); ++value) {
      if (values[value].parent == meaning[place])
        choices.push_back(static_cast<std::uint8_t>(value));
    }
    if (!choices.empty()) meaning[place] = choices[below(choices.size())];
    return meaning;
  }

  // A meaning below two concepts that are both narrower than `above`: a concept with two parents.
  Meaning joined(const Lattice& lattice, const Meaning& above) {
    const auto found = lattice.narrower.find(above);
    if (found == lattice.narrower.end()) return above;
    const auto& choices = found->second;
    Meaning meaning = choices[below(choices.size())];
    const Meaning& other = choices[below(choices.size())];
    for (std::size_t place = 0; place < meaning.size(); ++place) {
      if (meaning[place] == above[place]) meaning[place] = other[place];
    }
    return meaning;
  }

  // Parts and sides belong to an organ, not to a whole system.
  static bool is_sensible(const Lattice& lattice, const Meaning& meaning) {
    using enum DimensionName;
    const bool is_partial = lattice.value(meaning, part) != 0 || lattice.value(meaning, side) != 0;
    return !is_partial || dimension(organ).depth(lattice.value(meaning, organ)) == 2;
  }

  void put(Lattice& lattice, const Meaning& meaning, ConceptNumber number) {
    lattice.numbers.emplace(meaning, number);
    lattice.meanings.push_back(meaning);
  }

  void add_meaning(Lattice& lattice, const Meaning& meaning) {
    DemoConcept added{.term = term_of(lattice, meaning), .tag = lattice.tag, .is_generated = true};
    for (std::size_t place = 0; place < lattice.dimensions.size(); ++place) {
      if (meaning[place] == 0) continue;
      Meaning broader = meaning;
      broader[place] = dimension(lattice.dimensions[place]).values[meaning[place]].parent;
      const auto found = lattice.numbers.find(broader);
      if (found == lattice.numbers.end()) continue;
      lattice.narrower[broader].push_back(meaning);
      if (added.parents.empty() || chance(90)) added.parents.push_back(found->second);
    }
    CODELOG_CHECK(!added.parents.empty(), "a concept is narrower than one that is there");
    add_details(lattice, meaning, added);
    put(lattice, meaning, add(std::move(added)));
  }

  void add_details(const Lattice& lattice, const Meaning& meaning, DemoConcept& added) {
    using enum DimensionName;
    if (&lattice != &disorders_ && &lattice != &procedures_) return;
    const std::string site = site_text(lattice, meaning);
    const std::string_view what =
        lattice.text(meaning, &lattice == &disorders_ ? morphology : method);
    if (!site.empty() && !what.empty() && chance(40)) {
      added.synonyms.push_back(capitalised(join({what, "-", site})));
    }
    if (!site.empty() && !what.empty() && chance(15)) {
      added.synonyms.push_back(capitalised(join({site, what})));
    }
    if (&lattice != &disorders_) return;
    const auto body = bodies_.numbers.find(Meaning{lattice.value(meaning, organ)});
    if (body != bodies_.numbers.end() && body->first[0] != 0) added.finding_site = body->second;
    const auto form = morphologies_.numbers.find(Meaning{lattice.value(meaning, morphology)});
    if (form != morphologies_.numbers.end() && form->first[0] != 0) added.morphology = form->second;
  }

  std::string term_of(const Lattice& lattice, const Meaning& meaning) const {
    using enum DimensionName;
    const auto word = [&](DimensionName name) { return lattice.text(meaning, name); };
    const std::string site = site_text(lattice, meaning);
    const std::string_view of = site.empty() ? "" : "of";
    if (&lattice == &disorders_) {
      const std::string_view what = word(morphology).empty() ? "disorder" : word(morphology);
      return capitalised(join({word(severity), word(course), what, of, site,
                               word(cause).empty() ? "" : "due to", word(cause)}));
    }
    if (&lattice == &procedures_) {
      const std::string_view what = word(method).empty() ? "procedure" : word(method);
      return capitalised(join({word(approach), what, of, site}));
    }
    if (&lattice == &bodies_) return "Structure of " + site;
    return capitalised(std::string(word(lattice.dimensions.front())));
  }

  // Retires only concepts without children, so that the active hierarchy stays connected.
  void retire_some() {
    std::vector<bool> has_children(concepts_.size(), false);
    for (const DemoConcept& child : concepts_) {
      for (const ConceptNumber parent : child.parents) has_children[parent] = true;
    }
    for (ConceptNumber number = 0; number < concepts_.size(); ++number) {
      const bool is_leaf = concepts_[number].is_generated && !has_children[number];
      if (is_leaf && chance(10)) concepts_[number].is_active = false;
    }
  }

  std::mt19937_64 random_;
  Terminology concepts_;
  Lattice disorders_, procedures_, bodies_, morphologies_, organisms_;
};

}  // namespace

Terminology make_terminology(std::uint32_t concepts_count, std::uint64_t seed) {
  return TerminologyMaker(seed).make(concepts_count);
}

ConceptNumber find_concept(const Terminology& terminology, std::string_view term) {
  const auto found = std::ranges::find(terminology, term, &DemoConcept::term);
  CODELOG_CHECK(found != terminology.end(),
                "a familiar concept comes before the concepts that name it");
  return static_cast<ConceptNumber>(found - terminology.begin());
}

void add_familiar(Terminology& terminology, const FamiliarConcept& known) {
  const auto number = static_cast<std::uint32_t>(terminology.size());
  DemoConcept added{.id = make_sctid(Component::concept_id, number),
                    .term = std::string(known.term),
                    .tag = std::string(known.tag)};
  for (const std::string_view parent : known.parents) {
    if (!parent.empty()) added.parents.push_back(find_concept(terminology, parent));
  }
  for (std::size_t first = 0; first < known.synonyms.size();) {
    const std::size_t after = std::min(known.synonyms.find('|', first), known.synonyms.size());
    added.synonyms.emplace_back(known.synonyms.substr(first, after - first));
    first = after + 1;
  }
  added.is_active = known.is_active;
  terminology.push_back(std::move(added));
}

}  // namespace codelog::demo
