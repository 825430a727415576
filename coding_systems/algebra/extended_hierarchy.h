// A release's hierarchy with the codes of one codeset added, and set operations on it.
//
// "Orphans" are codes without edges in the release: inactive concepts, and "strangers" that the
// release does not know at all (numbered from the release's size on). An orphan among the codes
// asked for hangs directly under the root code. This matters only in SNOMED CT and CTV3, whose root
// is itself a node. BNF, ICD-10 and dm+d have no root node, so there an orphan has no ancestors. In
// every release the root has no parents.
//
// Immutable and safe from any thread. Like a Hierarchy, the object refers to arrays that must
// outlive it. The spans that it returns live as long as the object itself.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "coding_systems/algebra/hierarchy.h"
#include "coding_systems/algebra/node_set.h"

namespace codelog::coding_systems {

class ExtendedHierarchy {
 public:
  ExtendedHierarchy() = default;
  // The release's hierarchy unchanged: no strangers, no orphans among the codes.
  ExtendedHierarchy(const Hierarchy& hierarchy);
  // `strangers_count` numbers follow the release's. `orphans` (increasing) are the requested nodes
  // without edges; the root is never one.
  ExtendedHierarchy(const Hierarchy& hierarchy, std::size_t strangers_count,
                    std::vector<Node> orphans);

  std::size_t size() const { return hierarchy_.size() + stranger_runs_.size(); }
  std::optional<Node> root() const { return hierarchy_.root(); }
  std::span<const Node> orphans() const { return orphans_; }
  // True for a node that becomes an orphan when requested.
  bool lacks_edges(Node node) const;

  std::span<const Node> parents(Node node) const {
    if (node < hierarchy_.size()) {
      if (const auto found = hierarchy_.parents(node); !found.empty()) return found;
    }
    return parents_of_parentless(node);
  }
  std::span<const Run> descendants_or_self(Node node) const {
    if (node >= hierarchy_.size()) return {&stranger_runs_[node - hierarchy_.size()], 1};
    if (node == hierarchy_.root() && !orphans_.empty()) return root_runs_;
    return hierarchy_.descendants_or_self(node);
  }
  // A node is not its own ancestor. O(log runs of the ancestor).
  bool is_ancestor(Node ancestor, Node node) const;

 private:
  std::span<const Node> parents_of_parentless(Node node) const;

  Hierarchy hierarchy_;
  std::vector<Run> stranger_runs_;
  std::vector<Node> orphans_;
  std::vector<Run> root_runs_;  // of the root, if orphans were added
  std::vector<Node> root_;      // the root alone, or nothing: the parents of an orphan
};

// The nodes and all their descendants. O(runs of the nodes), 64 nodes of a run in each step.
NodeSet descendants_or_self(const ExtendedHierarchy& hierarchy, std::span<const Node> nodes);

// All ancestors of the nodes; includes a given node only if it is above another. O(parents of the
// result).
NodeSet ancestors(const ExtendedHierarchy& hierarchy, std::span<const Node> nodes);

// The nodes outside the set that are below one member and above another.
NodeSet between_nodes(const ExtendedHierarchy& hierarchy, const NodeSet& nodes);

// The members without an ancestor in the set, increasing. O(members + runs of the result).
std::vector<Node> ultimate_ancestors(const ExtendedHierarchy& hierarchy, const NodeSet& nodes);

// As above, for a set that is never written out: next(from) gives its smallest member at or after
// `from`, or a number of at least size(). The walk jumps over the descendants of an ultimate
// ancestor, so a set under few members costs little, however large it is.
std::vector<Node> ultimate_ancestors(const ExtendedHierarchy& hierarchy,
                                     const std::function<Node(Node)>& next);

}  // namespace codelog::coding_systems
