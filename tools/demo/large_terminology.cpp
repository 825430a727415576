#include "tools/demo/large_terminology.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "events/base/check.h"
#include "tools/demo/sctid.h"
#include "tools/demo/snomedct_words.h"
#include "tools/demo/text.h"

namespace codelog::demo {
namespace {

using Number = LargeTerminology::Number;

struct Branch {
  std::string_view tag;
  std::string_view top_id;  // id of a structural concept; empty: makes one up
  std::string_view top_term;
  unsigned share;  // of 100,000 active concepts
};
// The shares of the UK Monolith: of 839,000 active concepts, 138,000 are clinical findings (two
// thirds of them disorders) and 232,000 are products.
constexpr std::array<Branch, 13> branches = {{
    {"disorder", "64572001", "", 11'051},
    {"finding", "404684003", "", 5'377},
    {"product", "373873005", "", 27'650},
    {"procedure", "71388002", "", 9'000},
    {"body structure", "123037004", "", 5'000},
    {"organism", "410607006", "", 4'400},
    {"observable entity", "363787002", "", 1'500},
    {"morphologic abnormality", "49755003", "", 600},
    {"substance", "", "Substance", 3'500},
    {"physical object", "", "Physical object", 17'000},
    {"situation", "", "Situation with explicit context", 7'500},
    {"qualifier value", "", "Qualifier value", 2'500},
    {"social concept", "", "Social context", 4'922},
}};
constexpr unsigned shares_sum = 100'000;
constexpr std::uint8_t structure_branch = branches.size();  // for concepts with a given term
constexpr std::uint8_t attribute_branch = branches.size() + 1;
constexpr std::size_t attributes_count = 24;
constexpr unsigned inactive_percent = 27;
constexpr std::size_t words_max = 7;
constexpr std::size_t parents_max = 4;
constexpr std::uint32_t no_edge = 0xffffffff;

std::size_t vocabulary_size(Number concepts_count) {
  return std::min<std::size_t>(Vocabulary::size_max, concepts_count / std::size_t{7} + 200);
}

}  // namespace

LargeTerminology::LargeTerminology(Number concepts_count, std::uint64_t seed)
    : random_(seed), vocabulary_(vocabulary_size(concepts_count)), members_(branches.size()) {
  add_structure();
  add_branches();
  add_attributes();
  grow(concepts_count);
}

Number LargeTerminology::add(std::uint64_t id, std::uint8_t branch, std::span<const Number> parents,
                             std::string_view term) {
  const Number number = size();
  ids_.push_back(id != 0 ? id : std::stoull(make_sctid(Component::concept_id, number + 1)));
  branches_.push_back(branch);
  is_active_.push_back(1);
  last_edges_.push_back(no_edge);
  for (const Number parent : parents) {
    earlier_edges_.push_back(last_edges_[parent]);
    last_edges_[parent] = static_cast<std::uint32_t>(parents_.size());
    edge_children_.push_back(number);
    parents_.push_back(parent);
  }
  parent_offsets_.push_back(static_cast<std::uint32_t>(parents_.size()));
  if (!term.empty()) {
    given_terms_.emplace_back(term);
    word_offsets_.push_back(0);
  }
  return number;
}

void LargeTerminology::add_structure() {
  std::map<std::string_view, Number> numbers;
  for (const StructuralConcept& known : structural_concepts()) {
    std::vector<Number> parents;
    if (!known.parent_id.empty()) parents.push_back(numbers.at(known.parent_id));
    const Number number =
        add(std::stoull(std::string(known.id)), structure_branch, parents, std::string(known.term));
    numbers[known.id] = number;
    for (std::size_t branch = 0; branch < branches.size(); ++branch) {
      if (branches[branch].top_id == known.id) members_[branch].push_back(number);
    }
  }
}

void LargeTerminology::add_branches() {
  const std::array<Number, 1> root = {0};
  for (std::size_t branch = 0; branch < branches.size(); ++branch) {
    if (!branches[branch].top_id.empty()) continue;
    members_[branch].push_back(add(0, structure_branch, root, branches[branch].top_term));
  }
}

void LargeTerminology::add_attributes() {
  const auto known = structural_concepts();
  const auto found =
      std::ranges::find(known, std::string_view("410662002"), &StructuralConcept::id);
  CODELOG_CHECK(found != known.end(), "the structure has a place for attributes");
  const std::array<Number, 1> above = {static_cast<Number>(found - known.begin())};
  for (std::size_t i = 0; i < attributes_count; ++i) {
    attributes_.push_back(add(0, attribute_branch, above, "Attribute " + std::to_string(i + 1)));
  }
}

void LargeTerminology::grow(Number concepts_count) {
  while (size() < concepts_count) {
    auto share = static_cast<unsigned>(below(shares_sum));
    std::uint8_t branch = 0;
    for (; share >= branches[branch].share; ++branch) share -= branches[branch].share;
    std::vector<Number> parents;
    const bool is_active = !chance(inactive_percent);
    if (is_active) {
      parents.push_back(choose_parent(branch));
      // Gives 1.9 parents on average.
      while (parents.size() < parents_max && chance(parents.size() == 1 ? 72 : 45)) {
        const Number near = choose_near(parents.front(), branch);
        if (std::ranges::find(parents, near) == parents.end()) parents.push_back(near);
      }
    }
    const Number number = add(0, branch, parents, "");
    if (is_active) {
      members_[branch].push_back(number);
    } else {
      is_active_[number] = 0;
    }
    choose_words(number, concepts_count);
  }
}

Number LargeTerminology::choose_parent(std::uint8_t branch) {
  const auto& members = members_[branch];
  const Number member = members[below(members.size())];
  // A concept with many children gets more: this keeps the tree as bushy and as flat as a real one.
  if (branches_[member] != branch || !chance(62)) return member;
  return parents(member).front();
}

Number LargeTerminology::some_child(Number number) {
  constexpr std::size_t steps_max = 12;
  std::uint32_t edge = last_edges_[number];
  if (edge == no_edge) return number;
  for (std::size_t steps = below(steps_max); steps > 0 && earlier_edges_[edge] != no_edge;
       --steps) {
    edge = earlier_edges_[edge];
  }
  return edge_children_[edge];
}

Number LargeTerminology::choose_near(Number parent, std::uint8_t branch) {
  const auto above = parents(parent);
  const std::size_t kind = below(1000);
  if (kind < 4) return members_[branch][below(members_[branch].size())];
  if (branches_[parent] != branch) return parent;  // siblings of a branch's top are other branches
  // Concepts with two parents mostly share those with other concepts.
  if (kind < 700 && above.size() > 1) return some_child(above[1 + below(above.size() - 1)]);
  return some_child(above.front());
}

// Gives a concept a word of its own, and most of its parent's words.
void LargeTerminology::choose_words(Number number, Number concepts_count) {
  const std::size_t every = std::max<std::size_t>(concepts_count / vocabulary_.size(), 1);
  const std::size_t turn = number / every;
  const bool is_turn = number % every == 0 && turn < vocabulary_.size();
  const std::size_t first = words_.size();
  words_.push_back(is_turn ? static_cast<std::uint32_t>(turn) : vocabulary_.pick(random_));
  const auto above = parents(number);
  if (above.empty() || above.front() < given_terms_.size()) {
    for (std::size_t more = 1 + below(4); more > 0; --more) {
      words_.push_back(vocabulary_.pick(random_));
    }
  } else {
    for (auto i = word_offsets_[above.front()]; i < word_offsets_[above.front() + 1]; ++i) {
      if (words_.size() - first < words_max && !chance(15)) words_.push_back(words_[i]);
    }
  }
  if (chance(30))
    std::rotate(words_.begin() + static_cast<std::ptrdiff_t>(first),
                words_.begin() + static_cast<std::ptrdiff_t>(first) + 1, words_.end());
  word_offsets_.push_back(static_cast<std::uint32_t>(words_.size()));
}

std::string LargeTerminology::term(Number number) const {
  if (number < given_terms_.size()) return given_terms_[number];
  std::string text;
  for (auto i = word_offsets_[number]; i < word_offsets_[number + 1]; ++i) {
    if (!text.empty()) text += ' ';
    text += vocabulary_.word(words_[i]);
  }
  return capitalised(std::move(text));
}

std::string_view LargeTerminology::tag(Number number) const {
  const std::uint8_t branch = branches_[number];
  if (branch == attribute_branch) return "attribute";
  if (branch < branches.size()) return branches[branch].tag;
  const auto known = structural_concepts();
  return number < known.size() ? known[number].tag : "navigational concept";
}

}  // namespace codelog::demo
