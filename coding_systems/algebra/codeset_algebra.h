// The codeset algebra over node numbers: the status that a definition gives to every code.
//
// A definition lists codes as included or excluded ("direct" codes). Any other code takes its
// status from its deciders: the direct codes above it with no other direct code between, by any
// path. Its status is included, excluded, or "in conflict" if the deciders disagree; without
// deciders it is unresolved.
//
// Pure functions, safe from any thread. Time is linear in the codes asked about and their edges;
// nothing recurses. The order of the given codes never matters, except for updates.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "coding_systems/algebra/extended_hierarchy.h"
#include "coding_systems/algebra/node_set.h"
#include "events/base/code_status.h"

namespace codelog::coding_systems {

using NodeStatuses = NodeMap<base::CodeStatus>;

// The direct codes. A node in both lists is itself included, and the codes that it decides are in
// conflict.
struct NodeDefinition {
  NodeSet included;
  NodeSet excluded;

  bool is_direct(Node node) const { return included.contains(node) || excluded.contains(node); }
  bool operator==(const NodeDefinition&) const = default;
};

struct NodeUpdate {
  Node node = 0;
  base::CodeStatus status = base::CodeStatus::unresolved;
};

struct NodeChange {
  Node node = 0;
  base::CodeStatus before = base::CodeStatus::unresolved;
  base::CodeStatus after = base::CodeStatus::unresolved;
  bool operator==(const NodeChange&) const = default;
};

// The definition inside stored statuses: their + and - entries.
NodeDefinition definition_of(const NodeStatuses& statuses);

// The nodes that decide about a node: itself if direct, else the closest direct nodes above it
// (increasing).
std::vector<Node> deciders_of(const ExtendedHierarchy& hierarchy, const NodeDefinition& definition,
                              Node node);
base::CodeStatus node_status(const ExtendedHierarchy& hierarchy, const NodeDefinition& definition,
                             Node node);

// The status of each of the nodes.
NodeStatuses statuses_of_nodes(const ExtendedHierarchy& hierarchy, const NodeDefinition& definition,
                               const NodeSet& nodes);

// The statuses of the direct nodes and all their descendants. No other node has a status.
NodeStatuses statuses_from_definition(const ExtendedHierarchy& hierarchy,
                                      const NodeDefinition& definition);

// Applies the updates in order (+ and - make the code direct, anything else clears it). Then
// decides again about the updated nodes and all their descendants. Entries elsewhere keep their
// stored status, even where the definition no longer implies it. A node without an entry may be
// updated and counts for its descendants, but gets no entry. Returns the entries that changed,
// increasing.
std::vector<NodeChange> changes_of_updates(const ExtendedHierarchy& hierarchy,
                                           const NodeStatuses& current,
                                           std::span<const NodeUpdate> updates);

// The fewest decisions, top first, after which all targets have the sign of `wanted` (included or
// excluded), by themselves or from above. All targets have an entry.
std::vector<NodeUpdate> updates_to_sign(const ExtendedHierarchy& hierarchy, NodeStatuses current,
                                        const NodeSet& targets, base::CodeStatus wanted);

// Decides again about every entry, from the + and - entries. Returns the entries that changed,
// increasing.
std::vector<NodeChange> changes_of_reapplying(const ExtendedHierarchy& hierarchy,
                                              const NodeStatuses& current);

}  // namespace codelog::coding_systems
