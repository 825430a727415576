// The codeset algebra over node numbers: what a definition says about every code.
//
// A definition names codes as included or excluded ("direct" codes). Any other code takes its
// status from its deciders: the direct codes above it that have no other direct code between, by
// any path. All included, all excluded, or both
// ("in conflict"); without deciders it is unresolved.
//
// Pure functions of their arguments, safe from any thread. Everything is linear in the codes asked
// about and their edges, nothing recurses, and nothing depends on the order in which codes are
// given (updates excepted).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "coding_systems/base/extended_hierarchy.h"
#include "coding_systems/base/node_set.h"
#include "events/base/code_status.h"

namespace codelog::coding_systems {

using NodeStatuses = NodeMap<base::CodeStatus>;

// The direct codes. A node in both is itself included, and what it decides about is in conflict.
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

// The definition that stored statuses hold: their + and -.
NodeDefinition definition_of(const NodeStatuses& statuses);

// What decides about a node: itself if it is direct, else the closest direct nodes above it
// (increasing).
std::vector<Node> deciders_of(const ExtendedHierarchy& hierarchy, const NodeDefinition& definition,
                              Node node);
base::CodeStatus node_status(const ExtendedHierarchy& hierarchy, const NodeDefinition& definition,
                             Node node);

// The direct nodes and all below them, with their statuses. Nothing else has one.
NodeStatuses statuses_from_definition(const ExtendedHierarchy& hierarchy,
                                      const NodeDefinition& definition);

// Applies the updates in order (+ and - make the code direct, anything else clears it), then
// decides anew about the updated nodes and everything below them, and about nothing else: entries
// elsewhere keep what is stored, even where the definition no longer says so. Nodes without an
// entry may be updated and count for what is below, but get none. Gives the entries that differ
// afterwards, increasing.
std::vector<NodeChange> changes_of_updates(const ExtendedHierarchy& hierarchy,
                                           const NodeStatuses& current,
                                           std::span<const NodeUpdate> updates);

// Decides anew about every entry from the + and - among them. Gives the entries that differ
// afterwards, increasing.
std::vector<NodeChange> changes_of_reapplying(const ExtendedHierarchy& hierarchy,
                                              const NodeStatuses& current);

}  // namespace codelog::coding_systems
