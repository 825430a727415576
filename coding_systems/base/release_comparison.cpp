#include "coding_systems/base/release_comparison.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "coding_systems/algebra/node_set.h"

namespace codelog::coding_systems {

ReleaseComparison::ReleaseComparison(std::shared_ptr<const Release> older,
                                     std::shared_ptr<const Release> newer)
    : older_(std::move(older)), newer_(std::move(newer)) {
  if (older_ != nullptr) in_newer_.assign(older_->hierarchy().size(), unknown);
}

Node ReleaseComparison::in_newer(Node older) {
  Node& known = in_newer_[older];
  if (known == unknown) known = newer_->find(older_->code(older)).value_or(absent);
  return known;
}

bool ReleaseComparison::are_same(std::span<const Node> older, std::span<const Node> newer) {
  if (older.size() != newer.size()) return false;
  mapped_.clear();
  for (const Node node : older) mapped_.push_back(in_newer(node));
  std::ranges::sort(mapped_);
  return std::ranges::equal(mapped_, newer);
}

bool ReleaseComparison::is_same_above(Node older) {
  const Node newer = in_newer(older);
  const auto parents = older_->hierarchy().parents(older);
  if (newer == absent) return parents.empty();
  return are_same(parents, newer_->hierarchy().parents(newer));
}

bool ReleaseComparison::is_same_below(Node older) {
  const Node newer = in_newer(older);
  const auto children = older_->hierarchy().children(older);
  if (newer == absent) return children.empty();
  return are_same(children, newer_->hierarchy().children(newer));
}

CodeFate ReleaseComparison::fate_of(std::string_view code) {
  const auto newer = newer_->find(code);
  const bool is_there = newer && newer_->has_concept(*newer);
  CodeFate fate;
  if (older_ == nullptr) {
    fate.removed = !is_there;
    fate.inactive = is_there && !newer_->is_active(*newer);
    return fate;
  }
  const auto older = older_->find(code);
  if (!older || !older_->has_concept(*older)) return fate;
  fate.removed = !is_there;
  if (fate.removed) return fate;
  fate.inactive = older_->is_active(*older) && !newer_->is_active(*newer);
  fate.renamed = older_->name(*older) != newer_->name(*newer);
  // Inactive concepts leave the hierarchy; this does not count as a second change.
  fate.moved = !fate.inactive && !is_same_above(*older);
  return fate;
}

std::vector<std::pair<std::string, std::string>> ReleaseComparison::named_by_release(
    std::string_view code) const {
  std::vector<std::pair<std::string, std::string>> named;
  const auto node = newer_->find(code);
  if (!node) return named;
  for (const Link& link : newer_->links(*node)) {
    const auto relation = newer_->successor_relation(link.kind);
    if (!relation.empty()) named.emplace_back(relation, newer_->code(link.target));
  }
  return named;
}

std::vector<Successor> ReleaseComparison::successors_of(std::string_view code,
                                                        const FindSuccessors& find_more) const {
  std::vector<Successor> successors;
  std::vector<std::string> followed = {std::string(code)};
  for (std::size_t i = 0; i < followed.size(); ++i) {
    const std::string from = followed[i];
    auto named = named_by_release(from);
    if (find_more) std::ranges::move(find_more(from), std::back_inserter(named));
    const auto before = static_cast<std::ptrdiff_t>(followed.size());
    for (auto& [relation, to] : named) {
      // No circles; but two relations may lead from one code to another.
      if (std::find(followed.begin(), followed.begin() + before, to) != followed.begin() + before) {
        continue;
      }
      const auto node = newer_->find(to);
      Successor successor{std::move(relation), std::move(to), from,
                          node && newer_->is_active(*node)};
      if (std::ranges::find(successors, successor) != successors.end()) continue;
      const bool is_new = std::ranges::find(followed, successor.code) == followed.end();
      if (!successor.is_active && is_new) followed.push_back(successor.code);
      successors.push_back(std::move(successor));
    }
  }
  return successors;
}

std::vector<std::string_view> ReleaseComparison::parents_of(const Release& release,
                                                            std::string_view code) {
  std::vector<std::string_view> parents;
  const auto node = release.find(code);
  if (!node) return parents;
  for (const Node parent : release.hierarchy().parents(*node)) {
    parents.push_back(release.code(parent));
  }
  std::ranges::sort(parents);
  return parents;
}

bool ReleaseComparison::has_same_surroundings(std::span<const std::string_view> codes) {
  if (older_ == nullptr) return false;
  if (older_->file_digest() == newer_->file_digest()) return true;
  const Hierarchy& hierarchy = older_->hierarchy();
  NodeSet above(hierarchy.size());
  NodeSet below(hierarchy.size());
  for (const std::string_view code : codes) {
    const auto older = older_->find(code);
    if (older) {
      above.add(*older);
      for (const Run& run : hierarchy.descendants_or_self(*older)) below.add(run);
      continue;
    }
    // A code that neither release has hangs under the root in both; so does a code without edges.
    const auto newer = newer_->find(code);
    if (newer && newer_->hierarchy().has_edges(*newer)) return false;
  }
  bool same = true;
  // Parents have smaller numbers than their children, so each is visited after it was added.
  above.for_each_down([&](Node node) {
    same = same && is_same_above(node);
    for (const Node parent : hierarchy.parents(node)) above.add(parent);
  });
  below.for_each([&](Node node) { same = same && is_same_below(node); });
  return same;
}

}  // namespace codelog::coding_systems
