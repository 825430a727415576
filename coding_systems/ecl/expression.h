// An expression of SNOMED CT's Expression Constraint Language as a tree. A plain value.
//
// The nodes are in one list, each after its operands, so that nothing needs to recurse. The last
// node is the whole expression.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace codelog::coding_systems::ecl {

// The concepts that a node stands for, from those of its content.
enum class HierarchyOperator {
  none,                 // these alone
  descendants,          // <
  descendants_or_self,  // <<
};

enum class SetOperator {
  disjunction,  // OR
  exclusion,    // MINUS: two operands
};

struct ConceptReference {
  std::string code;
  bool operator==(const ConceptReference&) const = default;
};

using NodeIndex = std::uint32_t;  // in Expression::nodes

// Operands in parentheses, or those of the whole expression. One operand at least.
struct Compound {
  SetOperator set_operator = SetOperator::disjunction;
  std::vector<NodeIndex> operands;
  bool operator==(const Compound&) const = default;
};

struct ExpressionNode {
  HierarchyOperator hierarchy_operator = HierarchyOperator::none;
  std::variant<ConceptReference, Compound> content;
  bool operator==(const ExpressionNode&) const = default;
};

struct Expression {
  std::vector<ExpressionNode> nodes;
  bool operator==(const Expression&) const = default;
};

}  // namespace codelog::coding_systems::ecl
