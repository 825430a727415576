#include "coding_systems/algebra/codeset.h"

#include <algorithm>
#include <utility>

#include "coding_systems/algebra/codeset_definition.h"
#include "coding_systems/algebra/sortable_code.h"
#include "events/base/check.h"

namespace codelog::coding_systems {
namespace {

using base::CodeChange;
using base::CodeStatus;
using base::CodeWithStatus;

std::vector<std::string_view> views_of(std::span<const std::string> codes) {
  return {codes.begin(), codes.end()};
}

// Sorted by code, without repeats.
std::vector<CodeChange> sorted_changes(std::vector<CodeChange> changes) {
  std::ranges::sort(changes, {}, &CodeChange::code);
  const auto [first, last] = std::ranges::unique(changes);
  changes.erase(first, last);
  return changes;
}

// Without repeats.
std::vector<std::string> sorted_codes_of(const CodeUniverse& universe,
                                         std::span<const Node> nodes) {
  std::vector<SortableCode> sorted;
  sorted.reserve(nodes.size());
  for (const Node node : nodes) sorted.emplace_back(universe.code(node));
  std::ranges::sort(sorted);
  const auto [first, last] = std::ranges::unique(sorted);
  std::vector<std::string> codes;
  codes.reserve(static_cast<std::size_t>(first - sorted.begin()));
  for (auto code = sorted.begin(); code != first; ++code) codes.emplace_back(code->text());
  return codes;
}

// The same members, in a set with room for more nodes.
NodeSet resized(const NodeSet& nodes, std::size_t size) {
  NodeSet larger(size);
  nodes.for_each([&](Node node) { larger.add(node); });
  return larger;
}

}  // namespace

Codeset::Codeset(CodeUniverse universe)
    : universe_(std::move(universe)),
      statuses_(NodeSet(universe_.size()), CodeStatus::unresolved) {}

Codeset::Codeset(CodeUniverse universe, NodeStatuses statuses)
    : universe_(std::move(universe)), statuses_(std::move(statuses)) {}

Codeset Codeset::make(const CodeUniverse& universe, std::span<const CodeWithStatus> codes) {
  std::vector<std::string_view> views;
  views.reserve(codes.size());
  for (const CodeWithStatus& code : codes) views.push_back(code.code);
  auto [extended, nodes] = universe.extended_by(views);
  NodeStatuses statuses(NodeSet(extended.size(), nodes), CodeStatus::unresolved);
  for (std::size_t i = 0; i < codes.size(); ++i) statuses[nodes[i]] = codes[i].status;
  return {std::move(extended), std::move(statuses)};
}

Codeset Codeset::from_codes(const CodeUniverse& universe, std::span<const std::string> codes) {
  const auto [extended, nodes] = universe.extended_by(views_of(codes));
  return from_nodes(extended, nodes);
}

Codeset Codeset::from_nodes(const CodeUniverse& universe, std::span<const Node> nodes) {
  auto extended = universe.extended_by(nodes);
  const NodeSet wanted(extended.size(), nodes);
  auto statuses = statuses_from_definition(extended.hierarchy(),
                                           minimal_definition(extended.hierarchy(), wanted));
  NodeSet included(extended.size());
  statuses.for_each([&](Node node, CodeStatus status) {
    if (is_included(status)) included.add(node);
  });
  CODELOG_CHECK(included == wanted, "a minimal definition includes the codes it was made from");
  return {std::move(extended), std::move(statuses)};
}

Codeset Codeset::from_definition(const CodeUniverse& universe, const Definition& definition) {
  auto codes = views_of(definition.included);
  codes.insert(codes.end(), definition.excluded.begin(), definition.excluded.end());
  const auto [extended, nodes] = universe.extended_by(codes);
  return from_definition(extended, std::span(nodes).first(definition.included.size()),
                         std::span(nodes).subspan(definition.included.size()));
}

Codeset Codeset::from_definition(const CodeUniverse& universe, std::span<const Node> included,
                                 std::span<const Node> excluded) {
  auto extended = universe.extended_by(included).extended_by(excluded);
  auto statuses = statuses_from_definition(
      extended.hierarchy(),
      {NodeSet(extended.size(), included), NodeSet(extended.size(), excluded)});
  return {std::move(extended), std::move(statuses)};
}

std::array<std::size_t, 6> Codeset::counts() const {
  std::array<std::size_t, 6> counts{};
  statuses_.for_each([&](Node, CodeStatus status) { ++counts[static_cast<std::size_t>(status)]; });
  return counts;
}

std::optional<CodeStatus> Codeset::status_of(std::string_view code) const {
  const auto node = universe_.find(code);
  if (!node || !statuses_.contains(*node)) return std::nullopt;
  return statuses_[*node];
}

std::vector<CodeWithStatus> Codeset::codes() const {
  std::vector<std::pair<SortableCode, CodeStatus>> sorted;
  sorted.reserve(count());
  statuses_.for_each(
      [&](Node node, CodeStatus status) { sorted.emplace_back(universe_.code(node), status); });
  std::ranges::sort(sorted, {}, &decltype(sorted)::value_type::first);
  std::vector<CodeWithStatus> codes;
  codes.reserve(sorted.size());
  for (const auto& [code, status] : sorted) codes.push_back({std::string(code.text()), status});
  return codes;
}

std::vector<std::string> Codeset::included_codes() const {
  std::vector<Node> nodes;
  statuses_.for_each([&](Node node, CodeStatus status) {
    if (is_included(status)) nodes.push_back(node);
  });
  return sorted_codes(nodes);
}

Definition Codeset::definition() const {
  const auto definition = definition_of(statuses_);
  return {sorted_codes(definition.included.to_vector()),
          sorted_codes(definition.excluded.to_vector())};
}

std::vector<CodeChange> Codeset::changes_if_added(std::span<const std::string> codes) const {
  std::vector<CodeChange> changes;
  for (const std::string& code : codes) {
    if (!status_of(code)) changes.push_back({code, std::nullopt, CodeStatus::unresolved});
  }
  return sorted_changes(std::move(changes));
}

std::vector<CodeChange> Codeset::changes_if_removed(std::span<const std::string> codes) const {
  std::vector<CodeChange> changes;
  for (const std::string& code : codes) {
    if (const auto status = status_of(code)) changes.push_back({code, status, std::nullopt});
  }
  return sorted_changes(std::move(changes));
}

std::vector<CodeChange> Codeset::changes_if_updated(std::span<const CodeWithStatus> updates) const {
  std::vector<NodeUpdate> node_updates;
  node_updates.reserve(updates.size());
  for (const CodeWithStatus& update : updates) {
    // A code unknown to both release and codeset has no ancestors and no descendants.
    if (const auto node = universe_.find(update.code)) {
      node_updates.push_back({*node, update.status});
    }
  }
  return named(changes_of_updates(universe_.hierarchy(), statuses_, node_updates));
}

std::vector<CodeWithStatus> Codeset::updates_to_sign(std::span<const std::string> codes,
                                                     CodeStatus wanted) const {
  NodeSet targets(universe_.size());
  for (const std::string& code : codes) {
    const auto node = universe_.find(code);
    if (node && statuses_.contains(*node)) targets.add(*node);
  }
  std::vector<CodeWithStatus> updates;
  for (const NodeUpdate& update :
       coding_systems::updates_to_sign(universe_.hierarchy(), statuses_, targets, wanted)) {
    updates.push_back({std::string(universe_.code(update.node)), update.status});
  }
  return updates;
}

std::vector<CodeChange> Codeset::changes_if_reapplied() const {
  return named(changes_of_reapplying(universe_.hierarchy(), statuses_));
}

std::vector<CodeChange> Codeset::changes_between(const Codeset& before, const Codeset& after) {
  CODELOG_CHECK(&before.universe_.release() == &after.universe_.release(),
                "node numbers are compared within one release");
  const auto status_in = [](const Codeset& other, const Codeset& own, Node node) {
    if (own.universe_.is_stranger(node)) return other.status_of(own.universe_.code(node));
    if (!other.statuses_.contains(node)) return std::optional<CodeStatus>();
    return std::optional(other.statuses_[node]);
  };
  std::vector<CodeChange> changes;
  before.statuses_.for_each([&](Node node, CodeStatus status) {
    const auto now = status_in(after, before, node);
    if (now != status) changes.push_back({std::string(before.universe_.code(node)), status, now});
  });
  after.statuses_.for_each([&](Node node, CodeStatus status) {
    if (status_in(before, after, node)) return;
    changes.push_back({std::string(after.universe_.code(node)), std::nullopt, status});
  });
  return sorted_changes(std::move(changes));
}

void Codeset::apply(std::span<const CodeChange> changes) {
  std::vector<std::string_view> views;
  views.reserve(changes.size());
  for (const CodeChange& change : changes) views.push_back(change.code);
  auto [extended, nodes] = universe_.extended_by(views);
  auto members = resized(statuses_.nodes(), extended.size());
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (changes[i].after) {
      members.add(nodes[i]);
    } else {
      members.remove(nodes[i]);
    }
  }
  if (members != statuses_.nodes()) {
    NodeStatuses statuses(std::move(members), CodeStatus::unresolved);
    statuses.set_each([&](Node node) {
      const bool is_old = node < statuses_.nodes().size() && statuses_.contains(node);
      return is_old ? statuses_[node] : CodeStatus::unresolved;
    });
    statuses_ = std::move(statuses);
  }
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (statuses_.contains(nodes[i])) statuses_[nodes[i]] = *changes[i].after;
  }
  universe_ = std::move(extended);
}

std::vector<std::string> Codeset::without_included_ancestor(
    std::span<const std::string> candidates) const {
  std::vector<Node> included;
  statuses_.for_each([&](Node node, CodeStatus status) {
    if (is_included(status)) included.push_back(node);
  });
  const auto held = descendants_or_self(universe_.hierarchy(), included);
  std::vector<Node> nodes;
  for (const std::string& code : candidates) {
    const auto node = universe_.find(code);
    if (node && statuses_.contains(*node) && !held.contains(*node)) nodes.push_back(*node);
  }
  return sorted_codes(nodes);
}

std::vector<std::string> Codeset::missing_descendants() const {
  const auto& hierarchy = universe_.hierarchy();
  auto missing = descendants_or_self(hierarchy, statuses_.nodes().to_vector());
  missing.remove(statuses_.nodes());
  // An orphan that was removed is below the root only while it is requested.
  std::vector<Node> nodes;
  missing.for_each([&](Node node) {
    if (!hierarchy.lacks_edges(node)) nodes.push_back(node);
  });
  return sorted_codes(nodes);
}

base::Result<std::vector<std::string>> Codeset::missing_at_or_below(
    std::span<const std::string> codes, std::size_t codes_max) const {
  auto [extended, given] = universe_.extended_by(views_of(codes));
  std::erase_if(given, [&](Node node) { return extended.is_stranger(node); });
  const auto& hierarchy = extended.hierarchy();
  auto missing = descendants_or_self(hierarchy, given);
  const NodeSet asked_for(extended.size(), given);
  std::vector<Node> nodes;
  missing.remove(resized(statuses_.nodes(), extended.size()));
  missing.for_each([&](Node node) {
    const bool is_below = !asked_for.contains(node);
    if (is_below && (extended.is_stranger(node) || hierarchy.lacks_edges(node))) return;
    nodes.push_back(node);
  });
  if (nodes.size() > codes_max) {
    return base::Error{base::ErrorCode::too_large,
                       "these codes and those below them are " + std::to_string(nodes.size()) +
                           " more; at most " + std::to_string(codes_max) + " are allowed",
                       {}};
  }
  return sorted_codes_of(extended, nodes);
}

std::vector<std::string> Codeset::ultimate_ancestors(std::span<const std::string> codes) const {
  const auto [extended, nodes] = universe_.extended_by(views_of(codes));
  const auto ultimate =
      coding_systems::ultimate_ancestors(extended.hierarchy(), NodeSet(extended.size(), nodes));
  return sorted_codes_of(extended, ultimate);
}

std::vector<CodeWithStatus> Codeset::deciders_of(std::string_view code) const {
  const auto node = universe_.find(code);
  if (!node) return {};
  std::vector<CodeWithStatus> deciders;
  const auto definition = definition_of(statuses_);
  for (const Node decider : coding_systems::deciders_of(universe_.hierarchy(), definition, *node)) {
    deciders.push_back({std::string(universe_.code(decider)), statuses_[decider]});
  }
  std::ranges::sort(deciders);
  return deciders;
}

base::Result<std::vector<DefiningCode>> Codeset::walk_definition(const SortKey& sort_key,
                                                                 std::size_t rows_max) const {
  const auto rows = coding_systems::walk_definition(
      universe_.hierarchy(), definition_of(statuses_),
      [&](Node node) { return sort_key(universe_, node); }, rows_max);
  if (!rows) return rows.error();
  std::vector<DefiningCode> codes;
  codes.reserve(rows->size());
  for (const DefiningNode& row : *rows) {
    codes.push_back({std::string(universe_.code(row.node)), row.sign, row.depth});
  }
  return codes;
}

std::vector<std::string> Codeset::sorted_codes(std::span<const Node> nodes) const {
  return sorted_codes_of(universe_, nodes);
}

std::vector<CodeChange> Codeset::named(std::span<const NodeChange> node_changes) const {
  std::vector<std::pair<SortableCode, const NodeChange*>> sorted;
  sorted.reserve(node_changes.size());
  for (const NodeChange& change : node_changes) {
    sorted.emplace_back(universe_.code(change.node), &change);
  }
  std::ranges::sort(sorted, {}, &decltype(sorted)::value_type::first);
  std::vector<CodeChange> changes;
  changes.reserve(sorted.size());
  for (const auto& [code, change] : sorted) {
    changes.push_back({std::string(code.text()), change->before, change->after});
  }
  return changes;
}

}  // namespace codelog::coding_systems
