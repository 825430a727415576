// A release's hierarchy as one set of codes sees it, and the set operations on it.
//
// Codes that no edge of the release touches ("orphans": inactive concepts, and "strangers", which
// the release does not know at all and which are numbered from the release's size on) hang directly
// under the root code if they are among the codes asked for. That matters only where the root is
// itself a node: SNOMED CT's and CTV3's is, while BNF, ICD-10 and dm+d have none, so there an
// orphan has no ancestors. The root is taken to have no parents, as in every release.
//
// Immutable and safe from any thread. Like a Hierarchy it refers to arrays that must outlive it,
// and the spans it gives out live as long as itself.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "coding_systems/base/hierarchy.h"
#include "coding_systems/base/node_set.h"

namespace codelog::coding_systems {

class ExtendedHierarchy {
 public:
  ExtendedHierarchy() = default;
  // No strangers, no orphans among the codes: the release's hierarchy as it is.
  ExtendedHierarchy(const Hierarchy& hierarchy);
  // `strangers_count` numbers follow the release's. `orphans` (increasing): the nodes of the codes
  // asked for that have no edge; the root is never one.
  ExtendedHierarchy(const Hierarchy& hierarchy, std::size_t strangers_count,
                    std::vector<Node> orphans);

  std::size_t size() const { return hierarchy_.size() + stranger_runs_.size(); }
  std::optional<Node> root() const { return hierarchy_.root(); }
  std::span<const Node> orphans() const { return orphans_; }
  // True for a node that is an orphan whenever it is asked for.
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
  // Strict. O(log runs of the ancestor).
  bool is_ancestor(Node ancestor, Node node) const;

 private:
  std::span<const Node> parents_of_parentless(Node node) const;

  Hierarchy hierarchy_;
  std::vector<Run> stranger_runs_;
  std::vector<Node> orphans_;
  std::vector<Run> root_runs_;  // of the root, if there are orphans to add
  std::vector<Node> root_;      // the root alone, or nothing: the parents of an orphan
};

// The nodes and everything below them. O(runs of the nodes), 64 nodes of a run a step.
NodeSet descendants_or_self(const ExtendedHierarchy& hierarchy, std::span<const Node> nodes);

// Everything above the nodes; a node itself only if it is above another. O(parents of the result).
NodeSet ancestors(const ExtendedHierarchy& hierarchy, std::span<const Node> nodes);

// The members that have no ancestor in the set, increasing. O(members + runs of the result).
std::vector<Node> ultimate_ancestors(const ExtendedHierarchy& hierarchy, const NodeSet& nodes);

// The same over a set that is never written out: next(from) gives its smallest member at or after
// `from`, or a node number of at least size(). What lies below an ultimate ancestor is jumped over,
// so that a set that hangs on few members costs little, however large it is.
std::vector<Node> ultimate_ancestors(const ExtendedHierarchy& hierarchy,
                                     const std::function<Node(Node)>& next);

}  // namespace codelog::coding_systems
