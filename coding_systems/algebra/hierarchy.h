// The hierarchy of a release: a directed acyclic graph over dense node numbers.
//
// Nodes are numbered 0..size-1 in reverse postorder of a depth-first walk, for two reasons. Every
// parent's number is smaller than its children's, so increasing order is "parents first", and
// nothing recurses. And a node's descendants are nearly always one or a few runs of consecutive
// numbers, so sets of descendants are copied, tested and merged as runs. Nodes without edges come
// last, except the root.
//
// A Hierarchy is a view: it owns nothing, is cheap to copy and safe to read from any thread. A
// HierarchyArrays or a mapped index file holds the arrays and must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "events/base/result.h"

namespace codelog::coding_systems {

using Node = std::uint32_t;

// The half-open range [first, after) of node numbers.
struct Run {
  Node first = 0;
  Node after = 0;
  bool operator==(const Run&) const = default;
};

struct Edge {
  Node parent = 0;
  Node child = 0;
  auto operator<=>(const Edge&) const = default;
};

class Hierarchy {
 public:
  struct Parts {  // offsets have size+1 entries; the rows of node n are [offsets[n], offsets[n+1])
    std::span<const std::uint32_t> parent_offsets;
    std::span<const Node> parents;
    std::span<const std::uint32_t> child_offsets;
    std::span<const Node> children;
    std::span<const std::uint32_t> run_offsets;
    std::span<const Run> runs;  // descendants-or-self: sorted, disjoint, not touching
    std::optional<Node> root;   // the node of the system's root code, if the release has one
  };

  Hierarchy() = default;
  explicit Hierarchy(const Parts& parts) : parts_(parts) {}

  std::size_t size() const {
    return parts_.parent_offsets.empty() ? 0 : parts_.parent_offsets.size() - 1;
  }
  std::optional<Node> root() const { return parts_.root; }
  std::span<const Node> parents(Node node) const;   // increasing
  std::span<const Node> children(Node node) const;  // increasing
  std::span<const Run> descendants_or_self(Node node) const;
  // True if the node has an edge. Codes without edges (inactive concepts) are "orphans".
  bool has_edges(Node node) const;
  // A node is not its own ancestor. O(log runs of the ancestor).
  bool is_ancestor(Node ancestor, Node node) const;

 private:
  Parts parts_;
};

struct HierarchyArrays {
  std::vector<std::uint32_t> parent_offsets, child_offsets, run_offsets;
  std::vector<Node> parents, children;
  std::vector<Run> runs;
  std::optional<Node> root;

  Hierarchy view() const;
};

// A hierarchy, and the new number of each input node: new_number[old] (a permutation of 0..size-1).
struct OrderedHierarchy {
  HierarchyArrays arrays;
  std::vector<Node> new_number;
};

// Builds the arrays from edges over 0..size-1 in any order; repeats are allowed. The numbering
// depends only on the set of edges. Linear in edges plus runs (0.1 s for SNOMED CT), without
// recursion. Errors: corrupt, with the old numbers of one cycle (or of an edge outside the range)
// in the detail; too_large when 32-bit offsets do not suffice.
base::Result<OrderedHierarchy> order_hierarchy(std::size_t size, std::span<const Edge> edges,
                                               std::optional<Node> root);

}  // namespace codelog::coding_systems
