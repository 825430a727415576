#include "tests/coding_systems/codeset_oracle.h"

#include <algorithm>

namespace codelog::tests::oracle {

using base::CodeStatus;

namespace {

using Neighbours = std::map<std::string, Codes>;

Codes reachable(const Neighbours& neighbours, const std::string& start) {
  Codes found;
  std::vector<std::string> waiting = {start};
  while (!waiting.empty()) {
    const auto code = waiting.back();
    waiting.pop_back();
    const auto next = neighbours.find(code);
    if (next == neighbours.end()) continue;
    for (const auto& neighbour : next->second) {
      if (found.insert(neighbour).second) waiting.push_back(neighbour);
    }
  }
  return found;
}

Codes minus(const Codes& codes, const Codes& others) {
  Codes rest;
  for (const auto& code : codes) {
    if (!others.contains(code)) rest.insert(code);
  }
  return rest;
}

Codes both(const Codes& codes, const Codes& others) {
  Codes shared;
  for (const auto& code : codes) {
    if (others.contains(code)) shared.insert(code);
  }
  return shared;
}

// One step of the mutual recursion: `side` takes the ultimate ancestors, `other_side` the codes to
// take back.
void cover(const Graph& graph, const Codes& codes, Codes& side, Codes& other_side) {
  for (const auto& top : ultimate_ancestors(graph, codes)) {
    side.insert(top);
    const auto rest = minus(descendants(graph, top), codes);
    if (!rest.empty()) cover(graph, rest, other_side, side);
  }
}

void walk_below(const Graph& graph, const Codes& codes, const Codes& others, CodeStatus sign,
                std::vector<Signed>& rows) {
  for (const auto& top : ultimate_ancestors(graph, codes)) {
    rows.emplace_back(top, sign);
    const auto below = descendants(graph, top);
    walk_below(graph, both(others, below), both(codes, below),
               sign == CodeStatus::included ? CodeStatus::excluded : CodeStatus::included, rows);
  }
}

}  // namespace

Graph graph_of(const Edges& edges) {
  Graph graph;
  for (const auto& [parent, child] : edges) {
    graph.nodes.insert({parent, child});
    graph.children[parent].insert(child);
    graph.parents[child].insert(parent);
  }
  return graph;
}

Graph graph_of_codes(const Edges& edges, const Codes& codes, const std::string& root) {
  const auto whole = graph_of(edges);
  Codes from_here_up = codes;
  Codes from_here_down = codes;
  for (const auto& code : codes) {
    from_here_up.merge(ancestors(whole, code));
    from_here_down.merge(descendants(whole, code));
  }
  Edges kept;
  for (const auto& edge : edges) {
    if (from_here_up.contains(edge.second) || from_here_down.contains(edge.first)) {
      kept.push_back(edge);
    }
  }
  for (const auto& code : codes) {
    if (!whole.nodes.contains(code)) kept.emplace_back(root, code);
  }
  return graph_of(kept);
}

Codes descendants(const Graph& graph, const std::string& code) {
  return reachable(graph.children, code);
}

Codes ancestors(const Graph& graph, const std::string& code) {
  return reachable(graph.parents, code);
}

Codes ultimate_ancestors(const Graph& graph, const Codes& codes) {
  Codes ultimate;
  for (const auto& code : codes) {
    if (both(ancestors(graph, code), codes).empty()) ultimate.insert(code);
  }
  return ultimate;
}

CodeStatus node_status(const Graph& graph, const Definition& definition, const std::string& code) {
  if (definition.included.contains(code)) return CodeStatus::included;
  if (definition.excluded.contains(code)) return CodeStatus::excluded;
  auto direct = definition.included;
  direct.insert(definition.excluded.begin(), definition.excluded.end());
  const auto deciders = both(ancestors(graph, code), direct);
  bool any_included = false;
  bool any_excluded = false;
  for (const auto& decider : deciders) {
    if (!both(descendants(graph, decider), deciders).empty()) continue;
    any_included |= definition.included.contains(decider);
    any_excluded |= definition.excluded.contains(decider);
  }
  if (any_included && any_excluded) return CodeStatus::in_conflict;
  if (any_included) return CodeStatus::included_by_ancestor;
  if (any_excluded) return CodeStatus::excluded_by_ancestor;
  return CodeStatus::unresolved;
}

Definition definition_of(const Statuses& statuses) {
  Definition definition;
  for (const auto& [code, status] : statuses) {
    if (status == CodeStatus::included) definition.included.insert(code);
    if (status == CodeStatus::excluded) definition.excluded.insert(code);
  }
  return definition;
}

Statuses statuses_of_definition(const Graph& graph, const Definition& definition) {
  Statuses statuses;
  auto codes = definition.included;
  codes.insert(definition.excluded.begin(), definition.excluded.end());
  const auto direct = codes;
  for (const auto& code : direct) codes.merge(descendants(graph, code));
  for (const auto& code : codes) statuses[code] = node_status(graph, definition, code);
  return statuses;
}

Definition minimal_definition(const Graph& graph, const Codes& codes) {
  Definition definition;
  cover(graph, codes, definition.included, definition.excluded);
  return definition;
}

std::vector<Signed> walk(const Graph& graph, const Definition& definition) {
  std::vector<Signed> rows;
  walk_below(graph, definition.included, definition.excluded, CodeStatus::included, rows);
  return rows;
}

Statuses update(const Graph& graph, Statuses statuses, const std::vector<Signed>& updates) {
  auto definition = definition_of(statuses);
  Codes affected;
  for (const auto& [code, status] : updates) {
    definition.included.erase(code);
    definition.excluded.erase(code);
    if (status == CodeStatus::included) definition.included.insert(code);
    if (status == CodeStatus::excluded) definition.excluded.insert(code);
    affected.insert(code);
    affected.merge(descendants(graph, code));
  }
  for (const auto& code : affected) statuses[code] = node_status(graph, definition, code);
  return statuses;
}

Statuses reapply(const Graph& graph, Statuses statuses) {
  std::vector<Signed> updates;
  for (auto& [code, status] : statuses) {
    if (is_direct(status)) updates.emplace_back(code, status);
    status = CodeStatus::unresolved;
  }
  return update(graph, std::move(statuses), updates);
}

}  // namespace codelog::tests::oracle
