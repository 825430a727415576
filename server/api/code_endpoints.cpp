// One code of a version: why it has its status, where it stands, and who decided what.
#include <algorithm>
#include <deque>
#include <map>

#include "server/api/decisions.h"
#include "server/api/endpoints.h"
#include "server/api/render.h"
#include "server/api/version_codes.h"

namespace codelog::api {
namespace {

using coding_systems::Codeset;
using coding_systems::CodeUniverse;
using coding_systems::Node;
using coding_systems::NodeSet;
using http::Method;

constexpr std::uint64_t decisions_default = 50;
constexpr std::uint64_t decisions_max = 500;
constexpr std::size_t places_max = 50;

std::string_view term_of(const CodesThen& then, std::string_view code) {
  return commands::shown_term_of(*then.codes.release, code);
}

// The places of a code in the tree: below each of its parents there, or at the top.
class Places {
 public:
  explicit Places(const Codeset& codeset)
      : universe_(codeset.universe()), nodes_(codeset.statuses().nodes()) {
    nodes_.add(coding_systems::between_nodes(universe_.hierarchy(), nodes_));
  }

  std::vector<Node> parents(Node node) const {
    std::vector<Node> parents;
    for (const Node parent : universe_.hierarchy().parents(node)) {
      if (nodes_.contains(parent)) parents.push_back(parent);
    }
    return parents;
  }

  // The shortest path from a top down to the node.
  std::vector<Node> path_to(Node node) const {
    std::map<Node, Node> below = {{node, node}};
    std::deque<Node> waiting = {node};
    while (true) {
      const Node at = waiting.front();
      waiting.pop_front();
      const auto above = parents(at);
      if (above.empty()) return path_down(at, below);
      for (const Node parent : above) {
        if (below.emplace(parent, at).second) waiting.push_back(parent);
      }
    }
  }

 private:
  static std::vector<Node> path_down(Node top, const std::map<Node, Node>& below) {
    std::vector<Node> path = {top};
    while (below.at(path.back()) != path.back()) path.push_back(below.at(path.back()));
    return path;
  }

  const CodeUniverse& universe_;
  NodeSet nodes_;
};

void write_places(const CodesThen& then, Node node, JsonWriter& json) {
  const CodeUniverse& universe = then.codes.codeset->universe();
  const Places places(*then.codes.codeset);
  std::vector<std::vector<Node>> paths;
  const auto parents = places.parents(node);
  for (const Node parent : parents) {
    if (paths.size() == places_max) break;
    paths.push_back(places.path_to(parent));
  }
  if (parents.empty()) paths.emplace_back();
  json.field("places_count", std::uint64_t{std::max<std::size_t>(1, parents.size())});
  json.key("places").begin_array();
  for (const std::vector<Node>& path : paths) {
    json.begin_array();
    for (const Node above : path) json.value(universe.code(above));
    json.end_array();
  }
  json.end_array();
}

void write_decision(const CodeDecision& decision, JsonWriter& json) {
  json.field("position", decision.position.value());
  json.field("time", base::format_timestamp(decision.time)).key("actor");
  decision.actor.empty() ? json.null() : json.value(decision.actor);
  json.field("command", decision.command);
  if (!decision.reason.empty()) json.field("reason", decision.reason);
}

void write_deciders(const CodesThen& then, const std::vector<base::CodeWithStatus>& deciders,
                    const Decisions& decisions, JsonWriter& json) {
  json.key("deciders").begin_array();
  for (const base::CodeWithStatus& decider : deciders) {
    json.begin_object().field("code", decider.code).field("term", term_of(then, decider.code));
    json.field("status", base::to_string(decider.status));
    const auto found = decisions.last_on.find(decider.code);
    if (found != decisions.last_on.end()) write_decision(found->second, json);
    json.end_object();
  }
  json.end_array();
}

void write_decisions(const Decisions& decisions, JsonWriter& json) {
  json.key("decisions").begin_array();
  for (const CodeDecision& decision : decisions.on_code) {
    json.begin_object().field("status", base::to_string(decision.status));
    write_decision(decision, json);
    json.end_object();
  }
  json.end_array().key("next");
  decisions.next ? json.value(decisions.next->value()) : json.null();
}

void write_searches(const CodesThen& then, const std::string& code, JsonWriter& json) {
  json.key("searches").begin_array();
  for (const projections::SearchRecord& record : then.codes.searches->records) {
    if (std::ranges::binary_search(record.search.codes, code)) write_search(record, json);
  }
  json.end_array();
}

Result<http::Response> show_code(const ReadCall& call, const CodesThen& then,
                                 const DecisionsQuery& asked) {
  const Codeset& codeset = *then.codes.codeset;
  DecisionsQuery query = asked;
  const auto node = codeset.universe().find(query.code);
  if (!node) {
    return Error{
        ErrorCode::not_found,
        "'" + query.code + "' is neither in the version nor in " + then.codes.release->alias(),
        {}};
  }
  const auto deciders = codeset.deciders_of(query.code);
  for (const base::CodeWithStatus& decider : deciders) query.deciders.push_back(decider.code);
  const auto decisions =
      find_decisions(call.application.site().log, then.views, then.version, query);
  if (!decisions) return decisions.error();
  JsonWriter json;
  json.begin_object().field("code", query.code).field("term", term_of(then, query.code));
  json.key("status");
  const auto status = codeset.status_of(query.code);
  status ? json.value(base::to_string(*status)) : json.null();
  json.field("position", then.version.changed_at.value());
  write_deciders(then, deciders, *decisions, json);
  write_places(then, *node, json);
  write_searches(then, query.code, json);
  write_decisions(*decisions, json);
  json.end_object();
  return http::json_text(200, json.take());
}

Result<http::Response> get_version_code(const ReadCall& call) {
  const auto limit = number_in_query(call.request, "limit", decisions_default, {1, decisions_max});
  if (!limit) return limit.error();
  const auto before = number_in_query(call.request, "before", 0, {});
  if (!before) return before.error();
  DecisionsQuery query;
  query.code = call.path["code"];
  query.limit = *limit;
  if (call.request.query().has("before")) query.before = base::Position(*before);
  return answer_from_codes(call, "",
                           [&](const CodesThen& then) { return show_code(call, then, query); });
}

}  // namespace

std::vector<Endpoint> code_endpoints() {
  return {{.method = Method::get,
           .path = "/api/v2/versions/{hash}/codes/{code}",
           .id = "getVersionCode",
           .summary = "Why a code of a version has its status: the codes that decide about it, who "
                      "decided them, its places, the searches that found it, and all decisions on "
                      "it.",
           .query = {parameters::before, parameters::decisions_limit, parameters::as_of},
           .answer = "VersionCode",
           .read = get_version_code}};
}

}  // namespace codelog::api
