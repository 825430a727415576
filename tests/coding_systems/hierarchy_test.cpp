// Ordering a hierarchy: numbers, rows and runs, cycles, and set operations on it.
#include "coding_systems/algebra/hierarchy.h"

#include <rapidcheck/catch.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <numeric>
#include <set>

#include "coding_systems/algebra/extended_hierarchy.h"

namespace codelog::tests::hierarchy_test {

using codelog::coding_systems::Edge;
using codelog::coding_systems::ExtendedHierarchy;
using codelog::coding_systems::Hierarchy;
using codelog::coding_systems::Node;
using codelog::coding_systems::NodeMap;
using codelog::coding_systems::NodeSet;
using codelog::coding_systems::order_hierarchy;
using codelog::coding_systems::OrderedHierarchy;
using codelog::coding_systems::Run;
namespace base = codelog::base;
namespace coding_systems = codelog::coding_systems;

namespace {

// A case takes a tenth of a millisecond, so there is time for more than RapidCheck's hundred.
const int more_cases = setenv("RC_PARAMS", "max_success=500", 0);

OrderedHierarchy ordered(std::size_t size, const std::vector<Edge>& edges,
                         std::optional<Node> root = std::nullopt) {
  auto result = order_hierarchy(size, edges, root);
  REQUIRE(result);
  return std::move(*result);
}

// For each node, itself and all nodes below, computed the simplest way.
std::vector<std::set<Node>> closure(std::size_t size, const std::vector<Edge>& edges) {
  std::vector<std::set<Node>> below(size);
  for (Node node = 0; node < size; ++node) below[node].insert(node);
  for (bool grew = true; grew;) {
    grew = false;
    for (const Edge& edge : edges) {
      for (const Node node : below[edge.child]) grew |= below[edge.parent].insert(node).second;
    }
  }
  return below;
}

std::vector<Node> members(std::span<const Run> runs) {
  std::vector<Node> nodes;
  for (const Run& run : runs) {
    for (Node node = run.first; node < run.after; ++node) nodes.push_back(node);
  }
  return nodes;
}

// A random acyclic graph: edges lead to greater numbers, and then the numbers are shuffled.
struct RandomGraph {
  std::size_t size = 0;
  std::vector<Edge> edges;
  Node root = 0;  // some node without parents
};

RandomGraph random_graph() {
  RandomGraph graph;
  graph.size = *rc::gen::inRange<std::size_t>(1, 40);
  auto names = std::vector<Node>(graph.size);
  std::iota(names.begin(), names.end(), Node{0});
  for (std::size_t i = graph.size; i > 1; --i) {
    std::swap(names[i - 1], names[*rc::gen::inRange<std::size_t>(0, i)]);
  }
  const auto count = *rc::gen::inRange<std::size_t>(0, 2 * graph.size);
  for (std::size_t i = 0; i < count && graph.size > 1; ++i) {
    const auto child = *rc::gen::inRange<std::size_t>(1, graph.size);
    const auto parent = *rc::gen::inRange<std::size_t>(0, child);
    graph.edges.push_back({names[parent], names[child]});
  }
  graph.root = names[0];
  return graph;
}

void check_against_closure(const RandomGraph& graph, const OrderedHierarchy& result) {
  const auto hierarchy = result.arrays.view();
  const auto& number = result.new_number;
  RC_ASSERT(hierarchy.size() == graph.size);
  RC_ASSERT(std::set<Node>(number.begin(), number.end()).size() == graph.size);
  RC_ASSERT(*std::ranges::max_element(number) == graph.size - 1);
  std::vector<std::set<Node>> parents(graph.size), children(graph.size);
  for (const auto& [parent, child] : graph.edges) {
    RC_ASSERT(number[parent] < number[child]);
    parents[number[child]].insert(number[parent]);
    children[number[parent]].insert(number[child]);
  }
  const auto below = closure(graph.size, graph.edges);
  for (Node old = 0; old < graph.size; ++old) {
    const Node node = number[old];
    RC_ASSERT(std::ranges::equal(hierarchy.parents(node), parents[node]));
    RC_ASSERT(std::ranges::equal(hierarchy.children(node), children[node]));
    RC_ASSERT(hierarchy.has_edges(node) == !(parents[node].empty() && children[node].empty()));
    std::set<Node> expected;
    for (const Node descendant : below[old]) expected.insert(number[descendant]);
    const auto runs = hierarchy.descendants_or_self(node);
    RC_ASSERT(std::ranges::equal(members(runs), expected));
    RC_ASSERT(runs.front().first == node);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      RC_ASSERT(runs[i].first < runs[i].after);
      // with a gap between, or they would be one run
      if (i > 0) RC_ASSERT(runs[i - 1].after < runs[i].first);
    }
    for (Node other = 0; other < graph.size; ++other) {
      RC_ASSERT(hierarchy.is_ancestor(node, number[other]) ==
                (other != old && below[old].contains(other)));
    }
  }
}

}  // namespace

TEST_CASE("ordering numbers parents before children and finds every descendant", "[property]") {
  rc::prop("rows, runs and subsumption agree with the closure", [] {
    const auto graph = random_graph();
    const auto result = order_hierarchy(graph.size, graph.edges, std::nullopt);
    RC_ASSERT(static_cast<bool>(result));
    check_against_closure(graph, *result);
  });
  rc::prop("the order of the edges and their repetition do not matter", [] {
    const auto graph = random_graph();
    auto other = graph.edges;
    std::ranges::reverse(other);
    other.insert(other.end(), graph.edges.begin(), graph.edges.end());
    const auto one = order_hierarchy(graph.size, graph.edges, graph.root);
    const auto two = order_hierarchy(graph.size, other, graph.root);
    RC_ASSERT(static_cast<bool>(one));
    RC_ASSERT(static_cast<bool>(two));
    RC_ASSERT(one->new_number == two->new_number);
    RC_ASSERT(one->arrays.runs == two->arrays.runs);
    RC_ASSERT(one->arrays.children == two->arrays.children);
    RC_ASSERT(one->arrays.parents == two->arrays.parents);
  });
  rc::prop("an edge that closes a cycle is refused", [] {
    auto graph = random_graph();
    RC_PRE(!graph.edges.empty());
    const auto below = closure(graph.size, graph.edges);
    const auto edge = *rc::gen::elementOf(graph.edges);
    const auto& under = below[edge.parent];
    const auto from = *rc::gen::elementOf(std::vector<Node>(under.begin(), under.end()));
    graph.edges.push_back({from, edge.parent});
    const auto result = order_hierarchy(graph.size, graph.edges, std::nullopt);
    RC_ASSERT(!result);
    RC_ASSERT(result.error().code == base::ErrorCode::corrupt);
  });
}

TEST_CASE("nodes without edges come last, but never before the root above them") {
  const auto result = ordered(6, {{4, 1}, {4, 3}}, Node{4});
  const auto hierarchy = result.arrays.view();
  CHECK(result.new_number[4] == 0);
  CHECK(hierarchy.root() == Node{0});
  for (const Node alone : {0, 2, 5}) {
    CHECK(result.new_number[alone] >= 3);
    CHECK_FALSE(hierarchy.has_edges(result.new_number[alone]));
  }
  // A root without edges.
  const auto lonely = ordered(4, {{1, 2}}, Node{3});
  CHECK(lonely.new_number[3] < lonely.new_number[0]);
  CHECK(lonely.arrays.root == lonely.new_number[3]);
}

TEST_CASE("an empty hierarchy and one without edges are hierarchies") {
  CHECK(ordered(0, {}).arrays.view().size() == 0);
  CHECK(Hierarchy().size() == 0);
  const auto result = ordered(3, {});
  CHECK(result.arrays.view().size() == 3);
  CHECK(result.arrays.runs == std::vector<Run>{{0, 1}, {1, 2}, {2, 3}});
  CHECK_FALSE(result.arrays.view().root().has_value());
}

TEST_CASE("a graph that cannot be ordered is refused with the reason") {
  const auto detail = [](std::size_t size, const std::vector<Edge>& edges,
                         std::optional<Node> root = std::nullopt) {
    const auto result = order_hierarchy(size, edges, root);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == base::ErrorCode::corrupt);
    return result.error().detail;
  };
  CHECK(detail(5, {{0, 1}, {1, 3}, {3, 4}, {4, 1}}) ==
        "the hierarchy has a cycle of 3: 1 -> 3 -> 4 -> 1");
  CHECK(detail(2, {{1, 1}}) == "the hierarchy has a cycle of 1: 1 -> 1");
  // No root leads to this cycle.
  CHECK(detail(4, {{0, 1}, {1, 0}, {1, 2}, {2, 3}}) ==
        "the hierarchy has a cycle of 2: 1 -> 0 -> 1");
  CHECK(detail(2, {{0, 2}}) == "the edge 0 -> 2 leaves the 2 nodes of the hierarchy");
  CHECK(detail(2, {{0, 1}}, Node{2}) == "the root 2 is not one of the 2 nodes of the hierarchy");
  std::vector<Edge> ring;
  for (Node node = 0; node < 1000; ++node) ring.push_back({node, (node + 1) % 1000});
  const auto text = detail(1000, ring);
  CHECK(text.starts_with("the hierarchy has a cycle of 1000: "));
  CHECK(text.size() < 300);
}

TEST_CASE("a chain of a million nodes is one run a node") {
  constexpr Node size = 1'000'000;
  std::vector<Edge> chain;
  for (Node node = size - 1; node > 0; --node) chain.push_back({node, node - 1});
  const auto result = ordered(size, chain, size - 1);
  CHECK(result.arrays.runs.size() == size);
  const auto hierarchy = result.arrays.view();
  CHECK(hierarchy.root() == Node{0});
  CHECK(hierarchy.is_ancestor(0, size - 1));
  CHECK(descendants_or_self(hierarchy, std::vector<Node>{size / 2}).count() == size / 2);
  CHECK(ancestors(hierarchy, std::vector<Node>{size / 2}).count() == size / 2);
  NodeSet odd(size);
  for (Node node = 1; node < size; node += 2) odd.add(node);
  CHECK(ultimate_ancestors(hierarchy, odd) == std::vector<Node>{1});
  // A ring of a million nodes is also found without recursion.
  chain.push_back({0, size - 1});
  CHECK_FALSE(order_hierarchy(size, chain, std::nullopt));
}

TEST_CASE("a star is one run") {
  constexpr Node size = 100'000;
  std::vector<Edge> star;
  for (Node node = 1; node < size; ++node) star.push_back({0, node});
  const auto result = ordered(size, star, Node{0});
  CHECK(result.arrays.runs.size() == size);
  CHECK(result.arrays.view().descendants_or_self(0).size() == 1);
}

TEST_CASE("sets of nodes behave as sets", "[property]") {
  rc::prop("against std::set", [] {
    const auto size = *rc::gen::inRange<Node>(1, 300);
    const auto node_in = rc::gen::inRange<Node>(0, size);
    std::set<Node> model, other_model;
    NodeSet set(size), other(size);
    for (const Node node : *rc::gen::container<std::vector<Node>>(node_in)) {
      other_model.insert(node);
      other.add(node);
    }
    const auto first = *node_in;
    const auto after = *rc::gen::inRange<Node>(first, size + 1);
    set.add(Run{first, after});
    for (Node node = first; node < after; ++node) model.insert(node);
    for (const Node node : *rc::gen::container<std::vector<Node>>(node_in)) {
      if (*rc::gen::arbitrary<bool>()) {
        set.add(node);
        model.insert(node);
      } else {
        set.remove(node);
        model.erase(node);
      }
    }
    RC_ASSERT(set.to_vector() == std::vector<Node>(model.begin(), model.end()));
    RC_ASSERT(set.count() == model.size());
    RC_ASSERT(set.empty() == model.empty());
    const auto from = *node_in;
    const auto limit = *rc::gen::inRange<Node>(from, size + 1);
    const auto next = model.lower_bound(from);
    RC_ASSERT(set.next(from, limit) == (next == model.end() ? limit : std::min(*next, limit)));
    auto absent = from;
    while (absent < limit && model.contains(absent)) ++absent;
    RC_ASSERT(set.next_absent(from, limit) == absent);
    NodeMap<Node> map(set, 0);
    map.set_each([](Node node) { return node + 7; });
    RC_ASSERT(map.count() == model.size());
    for (Node node = 0; node < size; ++node) {
      RC_ASSERT(set.contains(node) == model.contains(node));
      RC_ASSERT(map.contains(node) == model.contains(node));
      if (model.contains(node)) RC_ASSERT(map[node] == node + 7);
    }
    auto either = set, only = set, shared = set;
    either.add(other);
    only.remove(other);
    shared.keep_only(other);
    for (Node node = 0; node < size; ++node) {
      RC_ASSERT(either.contains(node) == (model.contains(node) || other_model.contains(node)));
      RC_ASSERT(only.contains(node) == (model.contains(node) && !other_model.contains(node)));
      RC_ASSERT(shared.contains(node) == (model.contains(node) && other_model.contains(node)));
    }
  });
}

TEST_CASE("set operations agree with the closure, orphans and strangers under the root",
          "[property]") {
  rc::prop("descendants, ancestors, ultimate ancestors", [] {
    const auto graph = random_graph();
    const auto result = order_hierarchy(graph.size, graph.edges, graph.root);
    RC_ASSERT(static_cast<bool>(result));
    const auto plain = result->arrays.view();
    const auto strangers_count = *rc::gen::inRange<std::size_t>(0, 4);
    const auto size = graph.size + strangers_count;
    // The same graph, renumbered, with edges from the root to the orphans among the codes.
    std::vector<Edge> edges;
    for (const auto& [parent, child] : graph.edges) {
      edges.push_back({result->new_number[parent], result->new_number[child]});
    }
    std::vector<Node> orphans;
    for (Node node = 0; node < size; ++node) {
      const bool stranger = node >= graph.size;
      const bool orphan = stranger || (node != plain.root() && !plain.has_edges(node));
      if (orphan && (stranger || *rc::gen::arbitrary<bool>())) orphans.push_back(node);
    }
    for (const Node orphan : orphans) edges.push_back({*plain.root(), orphan});
    const ExtendedHierarchy hierarchy(plain, strangers_count, orphans);
    RC_ASSERT(hierarchy.size() == size);
    const auto below = closure(size, edges);
    NodeSet seeds(size);
    for (Node node = 0; node < size; ++node) {
      if (*rc::gen::arbitrary<bool>()) seeds.add(node);
    }
    std::set<Node> descendants, ancestors;
    std::vector<Node> ultimate;
    seeds.for_each([&](Node seed) {
      descendants.insert(below[seed].begin(), below[seed].end());
      bool has_ancestor = false;
      for (Node node = 0; node < size; ++node) {
        if (node == seed || !below[node].contains(seed)) continue;
        ancestors.insert(node);
        has_ancestor |= seeds.contains(node);
      }
      if (!has_ancestor) ultimate.push_back(seed);
    });
    RC_ASSERT(std::ranges::equal(
        coding_systems::descendants_or_self(hierarchy, seeds.to_vector()).to_vector(),
        descendants));
    RC_ASSERT(std::ranges::equal(
        coding_systems::ancestors(hierarchy, seeds.to_vector()).to_vector(), ancestors));
    RC_ASSERT(coding_systems::ultimate_ancestors(hierarchy, seeds) == ultimate);
    for (Node a = 0; a < size; ++a) {
      for (Node b = 0; b < size; ++b) {
        RC_ASSERT(hierarchy.is_ancestor(a, b) == (a != b && below[a].contains(b)));
      }
    }
  });
}

}  // namespace codelog::tests::hierarchy_test
