#include "coding_systems/algebra/extended_hierarchy.h"

#include <algorithm>
#include <queue>

#include "events/base/check.h"

namespace codelog::coding_systems {
namespace {

bool contains(std::span<const Run> runs, Node node) {
  const auto behind = std::ranges::upper_bound(runs, node, {}, &Run::first);
  return behind != runs.begin() && node < std::prev(behind)->after;
}

// Walks a set in increasing order, so ancestors come before descendants, and emits the members that
// no emitted member covers. A heap holds runs that begin later until the walk reaches them.
template <class Next, class Emit>
void sweep_ultimate_ancestors(const ExtendedHierarchy& hierarchy, Next next, Emit emit) {
  const auto later = [](const Run& a, const Run& b) { return a.first > b.first; };
  std::priority_queue<Run, std::vector<Run>, decltype(later)> waiting(later);
  Node covered_after = 0;
  for (Node node = next(Node{0}); node < hierarchy.size();) {
    while (!waiting.empty() && waiting.top().first <= node) {
      covered_after = std::max(covered_after, waiting.top().after);
      waiting.pop();
    }
    if (node < covered_after) {
      node = next(covered_after);
      continue;
    }
    emit(node);
    const auto runs = hierarchy.descendants_or_self(node);
    covered_after = runs.front().after;  // the first run begins with the node itself
    for (const Run& run : runs.subspan(1)) waiting.push(run);
    node = next(node + 1);
  }
}

}  // namespace

ExtendedHierarchy::ExtendedHierarchy(const Hierarchy& hierarchy) : hierarchy_(hierarchy) {}

ExtendedHierarchy::ExtendedHierarchy(const Hierarchy& hierarchy, std::size_t strangers_count,
                                     std::vector<Node> orphans)
    : hierarchy_(hierarchy), orphans_(std::move(orphans)) {
  const auto first_stranger = static_cast<Node>(hierarchy.size());
  for (Node i = 0; i < strangers_count; ++i) {
    stranger_runs_.push_back({first_stranger + i, first_stranger + i + 1});
  }
  const auto root = hierarchy.root();
  if (!root || orphans_.empty()) return;
  CODELOG_CHECK(*root < orphans_.front(), "nodes under the root come after it");
  root_.push_back(*root);
  const auto runs = hierarchy.descendants_or_self(*root);
  std::vector<Run> all(runs.begin(), runs.end());
  for (const Node orphan : orphans_) all.push_back({orphan, orphan + 1});
  std::ranges::sort(all, {}, &Run::first);
  for (const Run& run : all) {
    if (!root_runs_.empty() && run.first == root_runs_.back().after) {
      root_runs_.back().after = run.after;
    } else {
      root_runs_.push_back(run);
    }
  }
}

bool ExtendedHierarchy::lacks_edges(Node node) const {
  if (node >= hierarchy_.size()) return true;
  return node != hierarchy_.root() && !hierarchy_.has_edges(node);
}

std::span<const Node> ExtendedHierarchy::parents_of_parentless(Node node) const {
  if (root_.empty() || !std::ranges::binary_search(orphans_, node)) return {};
  return root_;
}

bool ExtendedHierarchy::is_ancestor(Node ancestor, Node node) const {
  return ancestor < node && contains(descendants_or_self(ancestor), node);
}

NodeSet descendants_or_self(const ExtendedHierarchy& hierarchy, std::span<const Node> nodes) {
  NodeSet found(hierarchy.size());
  for (const Node node : nodes) {
    // a descendant of another node, so its descendants are in already
    if (found.contains(node)) continue;
    for (const Run& run : hierarchy.descendants_or_self(node)) found.add(run);
  }
  return found;
}

NodeSet ancestors(const ExtendedHierarchy& hierarchy, std::span<const Node> nodes) {
  NodeSet found(hierarchy.size());
  NodeSet waiting(hierarchy.size(), nodes);
  // Greatest first: parents have smaller numbers, so the walk visits each node once and reads
  // memory in one direction.
  waiting.for_each_down([&](Node node) {
    for (const Node parent : hierarchy.parents(node)) {
      found.add(parent);
      waiting.add(parent);
    }
  });
  return found;
}

NodeSet between_nodes(const ExtendedHierarchy& hierarchy, const NodeSet& nodes) {
  const auto members = nodes.to_vector();
  NodeSet between = descendants_or_self(hierarchy, members);
  between.remove(nodes);
  if (!between.empty()) between.keep_only(ancestors(hierarchy, members));
  return between;
}

std::vector<Node> ultimate_ancestors(const ExtendedHierarchy& hierarchy, const NodeSet& nodes) {
  std::vector<Node> ultimate;
  const auto size = static_cast<Node>(hierarchy.size());
  sweep_ultimate_ancestors(
      hierarchy, [&](Node from) { return nodes.next(from, size); },
      [&](Node node) { ultimate.push_back(node); });
  return ultimate;
}

std::vector<Node> ultimate_ancestors(const ExtendedHierarchy& hierarchy,
                                     const std::function<Node(Node)>& next) {
  std::vector<Node> ultimate;
  sweep_ultimate_ancestors(hierarchy, next, [&](Node node) { ultimate.push_back(node); });
  return ultimate;
}

}  // namespace codelog::coding_systems
