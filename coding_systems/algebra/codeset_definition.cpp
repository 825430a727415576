#include "coding_systems/algebra/codeset_definition.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

namespace codelog::coding_systems {
namespace {

using base::CodeStatus;

// The ultimate ancestors of the members of a set strictly below `top`. next_in_set(from, after)
// gives the set's smallest member in that range, or `after`.
template <class NextInSet>
std::vector<Node> ultimate_below(const ExtendedHierarchy& hierarchy, Node top,
                                 NextInSet next_in_set) {
  const auto runs = hierarchy.descendants_or_self(top);
  auto run = runs.begin();
  return ultimate_ancestors(hierarchy, [&](Node from) {
    from = std::max(from, top + 1);
    for (; run != runs.end(); ++run) {
      if (run->after <= from) continue;
      const Node found = next_in_set(std::max(from, run->first), run->after);
      if (found < run->after) return found;
    }
    return static_cast<Node>(hierarchy.size());
  });
}

}  // namespace

NodeDefinition minimal_definition(const ExtendedHierarchy& hierarchy, const NodeSet& codes) {
  NodeDefinition definition{NodeSet(hierarchy.size()), NodeSet(hierarchy.size())};
  auto waiting = ultimate_ancestors(hierarchy, codes);
  for (const Node node : waiting) definition.included.add(node);
  while (!waiting.empty()) {
    const Node top = waiting.back();
    waiting.pop_back();
    const bool top_is_included = codes.contains(top);
    const auto found = ultimate_below(hierarchy, top, [&](Node from, Node after) {
      return top_is_included ? codes.next_absent(from, after) : codes.next(from, after);
    });
    auto& side = top_is_included ? definition.excluded : definition.included;
    for (const Node node : found) {
      if (side.contains(node)) continue;
      side.add(node);
      waiting.push_back(node);
    }
  }
  return definition;
}

namespace {

// The branches under every node of the defining tree, computed at their first use.
class DefiningTree {
 public:
  DefiningTree(const ExtendedHierarchy& hierarchy, const NodeDefinition& definition,
               const SortKey& sort_key)
      : hierarchy_(hierarchy), definition_(definition), sort_key_(sort_key) {}

  std::vector<Node> tops() const {
    return ordered(ultimate_ancestors(hierarchy_, definition_.included));
  }

  const std::vector<Node>& below(Node node) {
    const auto [it, is_new] = below_.try_emplace(node);
    if (is_new) {
      const bool is_included = definition_.included.contains(node);
      const auto& others = is_included ? definition_.excluded : definition_.included;
      it->second = ordered(ultimate_below(
          hierarchy_, node, [&](Node from, Node after) { return others.next(from, after); }));
    }
    return it->second;
  }

 private:
  std::vector<Node> ordered(std::vector<Node> nodes) const {
    if (nodes.size() < 2) return nodes;
    std::vector<std::pair<std::string_view, Node>> keyed;
    keyed.reserve(nodes.size());
    for (const Node node : nodes) keyed.emplace_back(sort_key_(node), node);
    std::ranges::sort(keyed);
    std::ranges::transform(keyed, nodes.begin(), [](const auto& entry) { return entry.second; });
    return nodes;
  }

  const ExtendedHierarchy& hierarchy_;
  const NodeDefinition& definition_;
  const SortKey& sort_key_;
  std::unordered_map<Node, std::vector<Node>> below_;
};

}  // namespace

base::Result<std::vector<DefiningNode>> walk_definition(const ExtendedHierarchy& hierarchy,
                                                        const NodeDefinition& definition,
                                                        const SortKey& sort_key,
                                                        std::size_t rows_max) {
  DefiningTree tree(hierarchy, definition, sort_key);
  std::vector<DefiningNode> rows;
  std::vector<DefiningNode> waiting;  // the last one comes next
  const auto wait_for = [&](const std::vector<Node>& nodes, CodeStatus sign, std::uint32_t depth) {
    for (auto it = nodes.rbegin(); it != nodes.rend(); ++it) waiting.push_back({*it, sign, depth});
  };
  wait_for(tree.tops(), CodeStatus::included, 0);
  while (!waiting.empty()) {
    if (rows.size() == rows_max) {
      return base::Error{base::ErrorCode::too_large,
                         "the definition tree has more than " + std::to_string(rows_max) +
                             " rows, since its codes come once per branch",
                         {}};
    }
    const auto row = waiting.back();
    waiting.pop_back();
    rows.push_back(row);
    const bool is_included = row.sign == CodeStatus::included;
    wait_for(tree.below(row.node), is_included ? CodeStatus::excluded : CodeStatus::included,
             row.depth + 1);
  }
  return rows;
}

}  // namespace codelog::coding_systems
