#include "coding_systems/ecl/evaluation.h"

#include <algorithm>
#include <optional>

#include "coding_systems/algebra/node_set.h"
#include "events/base/check.h"

namespace codelog::coding_systems::ecl {
namespace {

// Only one set for each pair of parentheses is ever made: a set has a bit for each node of the
// release, and there may be 100,000 concepts in an expression.
class Evaluator {
 public:
  Evaluator(const CodeUniverse& universe, const Expression& expression)
      : universe_(universe), nodes_(expression.nodes), sets_(expression.nodes.size()) {}

  NodeSet evaluate() {
    for (NodeIndex i = 0; i < nodes_.size(); ++i) {
      const auto* compound = std::get_if<Compound>(&nodes_[i].content);
      if (compound == nullptr) continue;
      sets_[i] = applied(nodes_[i].hierarchy_operator, folded(*compound));
    }
    CODELOG_CHECK(!nodes_.empty(), "an expression has a node");
    const auto whole = static_cast<NodeIndex>(nodes_.size() - 1);
    if (sets_[whole]) return std::move(*sets_[whole]);
    NodeSet single(universe_.size());
    fold(single, whole, SetOperator::disjunction);
    return single;
  }

 private:
  NodeSet folded(const Compound& compound) {
    NodeSet set(universe_.size());
    SetOperator set_operator = SetOperator::disjunction;  // for the first operand
    for (const NodeIndex operand : compound.operands) {
      fold(set, operand, set_operator);
      set_operator = compound.set_operator;
    }
    return set;
  }

  // Adds the operand to the set, or takes it away.
  void fold(NodeSet& set, NodeIndex operand, SetOperator set_operator) {
    const bool adds = set_operator == SetOperator::disjunction;
    if (auto& operand_set = sets_[operand]) {
      if (adds) {
        set.add(*operand_set);
      } else {
        set.remove(*operand_set);
      }
      operand_set.reset();
      return;
    }
    const auto& reference = std::get<ConceptReference>(nodes_[operand].content);
    const auto node = universe_.find(reference.code);
    CODELOG_CHECK(node.has_value(), "the universe has the codes of the expression");
    if (adds) {
      add(set, *node, nodes_[operand].hierarchy_operator);
    } else {
      NodeSet removed(universe_.size());
      add(removed, *node, nodes_[operand].hierarchy_operator);
      set.remove(removed);
    }
  }

  void add(NodeSet& set, Node node, HierarchyOperator hierarchy_operator) const {
    if (hierarchy_operator == HierarchyOperator::none) return set.add(node);
    const bool has_self =
        set.contains(node) || hierarchy_operator == HierarchyOperator::descendants_or_self;
    for (const Run& run : universe_.hierarchy().descendants_or_self(node)) set.add(run);
    if (!has_self) set.remove(node);
  }

  NodeSet applied(HierarchyOperator hierarchy_operator, NodeSet set) const {
    if (hierarchy_operator == HierarchyOperator::none) return set;
    // The descendants of the topmost members are those of all members.
    const auto tops = ultimate_ancestors(universe_.hierarchy(), set);
    NodeSet below = descendants_or_self(universe_.hierarchy(), tops);
    if (hierarchy_operator == HierarchyOperator::descendants) {
      for (const Node top : tops) below.remove(top);
    }
    return below;
  }

  const CodeUniverse& universe_;
  const std::vector<ExpressionNode>& nodes_;
  std::vector<std::optional<NodeSet>> sets_;  // of compounds that are not folded yet
};

}  // namespace

Selection evaluate(const CodeUniverse& universe, const Expression& expression) {
  std::vector<std::string_view> codes;
  for (const ExpressionNode& node : expression.nodes) {
    if (const auto* reference = std::get_if<ConceptReference>(&node.content)) {
      codes.push_back(reference->code);
    }
  }
  const CodeUniverse::Extended all = universe.extended_by(codes);
  const CodeUniverse& extended = all.universe;
  Selection selection;
  for (const Node node : all.nodes) {
    if (extended.is_stranger(node)) selection.unknown.emplace_back(extended.code(node));
  }
  std::ranges::sort(selection.unknown);
  const auto [first, last] = std::ranges::unique(selection.unknown);
  selection.unknown.erase(first, last);
  Evaluator(extended, expression).evaluate().for_each([&](Node node) {
    if (!extended.is_stranger(node)) selection.codes.emplace_back(extended.code(node));
  });
  return selection;
}

}  // namespace codelog::coding_systems::ecl
