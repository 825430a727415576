#include "coding_systems/algebra/codeset_algebra.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <unordered_map>

#include "events/base/check.h"

namespace codelog::coding_systems {
namespace {

using base::CodeStatus;

// Few different sets of deciders occur, and most have one member. A set is therefore a number: a
// node stands for the set of that node alone; a higher number is the place of a larger set in a
// table without repeats. Equal numbers are equal sets.
using DecidersId = std::uint32_t;
constexpr DecidersId no_deciders = std::numeric_limits<DecidersId>::max();
constexpr DecidersId first_table_id = DecidersId{1} << 31;

class DeciderTable {
 public:
  DeciderTable(const ExtendedHierarchy& hierarchy, const NodeDefinition& definition)
      : hierarchy_(hierarchy), definition_(definition) {
    CODELOG_CHECK(hierarchy.size() < first_table_id, "node numbers leave the upper half to sets");
  }

  std::vector<Node> nodes(DecidersId id) const {
    if (id == no_deciders) return {};
    if (id < first_table_id) return {id};
    return sets_[id - first_table_id].nodes;
  }

  CodeStatus status(DecidersId id) const {
    if (id == no_deciders) return CodeStatus::unresolved;
    if (id < first_table_id) return inherited_from({&id, 1});
    return sets_[id - first_table_id].status;
  }

  // The union of sets without the members above another member; consumes `ids`. This is exact: an
  // ancestor of one parent's decider cannot be a decider below that parent either.
  DecidersId merge(std::vector<DecidersId>& ids) {
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (!ids.empty() && ids.back() == no_deciders) ids.pop_back();
    if (ids.empty()) return no_deciders;
    if (ids.size() == 1) return ids.front();
    if (ids.size() > 2) return merge_anew(ids);
    if (ids.back() < first_table_id && hierarchy_.is_ancestor(ids.front(), ids.back())) {
      return ids.back();
    }
    const auto key = std::uint64_t{ids.front()} << 32 | ids.back();
    if (const auto known = merged_.find(key); known != merged_.end()) return known->second;
    const auto id = merge_anew(ids);
    merged_.emplace(key, id);
    return id;
  }

 private:
  struct Set {
    std::vector<Node> nodes;  // increasing; no node is above another
    CodeStatus status;
  };

  CodeStatus inherited_from(std::span<const Node> deciders) const {
    bool any_included = false;
    bool any_excluded = false;
    for (const Node decider : deciders) {
      any_included |= definition_.included.contains(decider);
      any_excluded |= definition_.excluded.contains(decider);
    }
    if (any_included && any_excluded) return CodeStatus::in_conflict;
    return any_included ? CodeStatus::included_by_ancestor : CodeStatus::excluded_by_ancestor;
  }

  DecidersId merge_anew(const std::vector<DecidersId>& ids) {
    std::vector<Node> all;
    for (const DecidersId id : ids) {
      const auto members = nodes(id);
      all.insert(all.end(), members.begin(), members.end());
    }
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    std::vector<Node> lowest;
    for (auto it = all.begin(); it != all.end(); ++it) {
      if (!is_above_any(*it, std::span(it + 1, all.end()))) lowest.push_back(*it);
    }
    return lowest.size() == 1 ? lowest.front() : intern(std::move(lowest));
  }

  // `others` are increasing and greater than the node. Walks the shorter of the two lists (others,
  // runs) and looks up in the longer one.
  bool is_above_any(Node node, std::span<const Node> others) const {
    const auto runs = hierarchy_.descendants_or_self(node);
    if (others.size() <= runs.size()) {
      return std::ranges::any_of(others,
                                 [&](Node other) { return hierarchy_.is_ancestor(node, other); });
    }
    return std::ranges::any_of(runs, [&](const Run& run) {
      const auto candidate = std::ranges::lower_bound(others, run.first);
      return candidate != others.end() && *candidate < run.after;
    });
  }

  DecidersId intern(std::vector<Node> nodes) {
    std::uint64_t hash = nodes.size();
    for (const Node node : nodes) hash = (hash ^ node) * 0x9E3779B97F4A7C15 + (hash >> 29);
    const auto [first, after] = by_hash_.equal_range(hash);
    for (auto it = first; it != after; ++it) {
      if (sets_[it->second - first_table_id].nodes == nodes) return it->second;
    }
    const auto status = inherited_from(nodes);
    const auto id = first_table_id + static_cast<DecidersId>(sets_.size());
    CODELOG_CHECK(id < no_deciders, "sets of deciders are numbered with 31 bits");
    sets_.push_back({std::move(nodes), status});
    by_hash_.emplace(hash, id);
    return id;
  }

  const ExtendedHierarchy& hierarchy_;
  const NodeDefinition& definition_;
  std::vector<Set> sets_;
  std::unordered_multimap<std::uint64_t, DecidersId> by_hash_;
  std::unordered_map<std::uint64_t, DecidersId> merged_;  // by both numbers, the smaller first
};

// The deciders of every node of a region, parents first. For each node that is not direct, the
// region must hold every parent that has deciders and is not direct.
class Deciders {
 public:
  Deciders(const ExtendedHierarchy& hierarchy, const NodeDefinition& definition, NodeSet region)
      : definition_(definition),
        table_(hierarchy, definition),
        ids_(std::move(region), no_deciders) {
    std::vector<DecidersId> inherited;
    ids_.set_each([&](Node node) {
      inherited.clear();
      // never read: a direct node decides for itself
      if (definition.is_direct(node)) return no_deciders;
      for (const Node parent : hierarchy.parents(node)) {
        if (definition.is_direct(parent)) {
          inherited.push_back(parent);
        } else if (ids_.contains(parent)) {
          inherited.push_back(ids_[parent]);
        }
      }
      return table_.merge(inherited);
    });
  }

  CodeStatus status(Node node) const {
    if (definition_.included.contains(node)) return CodeStatus::included;
    if (definition_.excluded.contains(node)) return CodeStatus::excluded;
    return table_.status(ids_[node]);
  }

  std::vector<Node> nodes(Node node) const {
    if (definition_.is_direct(node)) return {node};
    return table_.nodes(ids_[node]);
  }

 private:
  const NodeDefinition& definition_;
  DeciderTable table_;
  NodeMap<DecidersId> ids_;
};

// The targets and their ancestors up to the first direct node on each path. This region decides
// about the targets.
NodeSet deciding_region(const ExtendedHierarchy& hierarchy, const NodeDefinition& definition,
                        NodeSet targets) {
  targets.for_each_down([&](Node node) {
    if (definition.is_direct(node)) return;
    for (const Node parent : hierarchy.parents(node)) {
      if (!definition.is_direct(parent)) targets.add(parent);
    }
  });
  return targets;
}

// The direct nodes and all their descendants. No node outside has deciders, so the set is a region
// by itself.
NodeSet reach(const ExtendedHierarchy& hierarchy, const NodeDefinition& definition) {
  auto direct = definition.included;
  direct.add(definition.excluded);
  return descendants_or_self(hierarchy, direct.to_vector());
}

}  // namespace

NodeDefinition definition_of(const NodeStatuses& statuses) {
  const auto size = statuses.nodes().size();
  NodeDefinition definition{NodeSet(size), NodeSet(size)};
  statuses.for_each([&](Node node, CodeStatus status) {
    if (status == CodeStatus::included) definition.included.add(node);
    if (status == CodeStatus::excluded) definition.excluded.add(node);
  });
  return definition;
}

std::vector<Node> deciders_of(const ExtendedHierarchy& hierarchy, const NodeDefinition& definition,
                              Node node) {
  const std::vector<Node> target = {node};
  auto region = deciding_region(hierarchy, definition, NodeSet(hierarchy.size(), target));
  return Deciders(hierarchy, definition, std::move(region)).nodes(node);
}

CodeStatus node_status(const ExtendedHierarchy& hierarchy, const NodeDefinition& definition,
                       Node node) {
  const std::vector<Node> target = {node};
  auto region = deciding_region(hierarchy, definition, NodeSet(hierarchy.size(), target));
  return Deciders(hierarchy, definition, std::move(region)).status(node);
}

NodeStatuses statuses_of_nodes(const ExtendedHierarchy& hierarchy, const NodeDefinition& definition,
                               const NodeSet& nodes) {
  const Deciders deciders(hierarchy, definition, deciding_region(hierarchy, definition, nodes));
  NodeStatuses statuses(nodes, CodeStatus::unresolved);
  statuses.set_each([&](Node node) { return deciders.status(node); });
  return statuses;
}

NodeStatuses statuses_from_definition(const ExtendedHierarchy& hierarchy,
                                      const NodeDefinition& definition) {
  auto region = reach(hierarchy, definition);
  const Deciders deciders(hierarchy, definition, region);
  NodeStatuses statuses(std::move(region), CodeStatus::unresolved);
  statuses.set_each([&](Node node) { return deciders.status(node); });
  return statuses;
}

std::vector<NodeChange> changes_of_updates(const ExtendedHierarchy& hierarchy,
                                           const NodeStatuses& current,
                                           std::span<const NodeUpdate> updates) {
  auto definition = definition_of(current);
  std::vector<Node> updated;
  updated.reserve(updates.size());
  for (const NodeUpdate& update : updates) {
    updated.push_back(update.node);
    definition.included.remove(update.node);
    definition.excluded.remove(update.node);
    if (update.status == CodeStatus::included) definition.included.add(update.node);
    if (update.status == CodeStatus::excluded) definition.excluded.add(update.node);
  }
  auto targets = descendants_or_self(hierarchy, updated);
  targets.keep_only(current.nodes());
  const Deciders deciders(hierarchy, definition, deciding_region(hierarchy, definition, targets));
  std::vector<NodeChange> changes;
  targets.for_each([&](Node node) {
    const NodeChange change{node, current[node], deciders.status(node)};
    if (change.before != change.after) changes.push_back(change);
  });
  return changes;
}

std::vector<NodeUpdate> updates_to_sign(const ExtendedHierarchy& hierarchy, NodeStatuses current,
                                        const NodeSet& targets, CodeStatus wanted) {
  const CodeStatus from_above = wanted == CodeStatus::included ? CodeStatus::included_by_ancestor
                                                               : CodeStatus::excluded_by_ancestor;
  std::vector<NodeUpdate> all;
  // Each round decides the topmost targets that still have another status. A decision of the other
  // sign below them keeps what is under it for the next round.
  while (true) {
    NodeSet others(targets.size());
    targets.for_each([&](Node node) {
      if (current[node] != wanted && current[node] != from_above) others.add(node);
    });
    if (others.empty()) return all;
    std::vector<NodeUpdate> updates;
    for (const Node top : ultimate_ancestors(hierarchy, others)) updates.push_back({top, wanted});
    for (const NodeChange& change : changes_of_updates(hierarchy, current, updates)) {
      current[change.node] = change.after;
    }
    all.insert(all.end(), updates.begin(), updates.end());
  }
}

std::vector<NodeChange> changes_of_reapplying(const ExtendedHierarchy& hierarchy,
                                              const NodeStatuses& current) {
  const auto definition = definition_of(current);
  const auto region = reach(hierarchy, definition);
  const Deciders deciders(hierarchy, definition, region);
  std::vector<NodeChange> changes;
  current.for_each([&](Node node, CodeStatus before) {
    const auto after = region.contains(node) ? deciders.status(node) : CodeStatus::unresolved;
    if (before != after) changes.push_back({node, before, after});
  });
  return changes;
}

}  // namespace codelog::coding_systems
