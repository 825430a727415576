// The codeset rules exactly as defined, on sets of strings, without regard for speed. Tests compare
// the real algebra with them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "events/base/code_status.h"

namespace codelog::tests::oracle {

using Codes = std::set<std::string>;
using Edges = std::vector<std::pair<std::string, std::string>>;  // parent, child
using Statuses = std::map<std::string, base::CodeStatus>;
using Signed = std::pair<std::string, base::CodeStatus>;

struct Graph {
  Codes nodes;
  std::map<std::string, Codes> children;
  std::map<std::string, Codes> parents;
  bool operator==(const Graph&) const = default;
};

struct Definition {
  Codes included;
  Codes excluded;
};

Graph graph_of(const Edges& edges);
// The reference's graph of some codes: all edges above them, all edges below them, and an edge from
// the root to every code without edges in the release.
Graph graph_of_codes(const Edges& edges, const Codes& codes, const std::string& root);

Codes descendants(const Graph& graph, const std::string& code);
Codes ancestors(const Graph& graph, const std::string& code);
Codes ultimate_ancestors(const Graph& graph, const Codes& codes);

base::CodeStatus node_status(const Graph& graph, const Definition& definition,
                             const std::string& code);
Definition definition_of(const Statuses& statuses);
Statuses statuses_of_definition(const Graph& graph, const Definition& definition);
Definition minimal_definition(const Graph& graph, const Codes& codes);
// Siblings are in the order of their codes.
std::vector<Signed> walk(const Graph& graph, const Definition& definition);
Statuses update(const Graph& graph, Statuses statuses, const std::vector<Signed>& updates);
Statuses reapply(const Graph& graph, Statuses statuses);

}  // namespace codelog::tests::oracle
