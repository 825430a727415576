#include "coding_systems/algebra/hierarchy.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <utility>

namespace codelog::coding_systems {
namespace {

constexpr Node no_node = std::numeric_limits<Node>::max();

// Compressed rows: the values of row n are values[offsets[n]..offsets[n+1]).
struct Rows {
  std::vector<std::uint32_t> offsets;
  std::vector<Node> values;

  std::span<const Node> row(Node node) const {
    return std::span(values).subspan(offsets[node], offsets[node + 1] - offsets[node]);
  }
  std::span<Node> row(Node node) {
    return std::span(values).subspan(offsets[node], offsets[node + 1] - offsets[node]);
  }
};

// A counting sort: key(edge) gives the row, value(edge) its new entry, in the order of the edges.
template <class Edges, class Key, class Value>
Rows rows_by(std::size_t size, const Edges& edges, Key key, Value value) {
  Rows rows;
  rows.offsets.assign(size + 1, 0);
  for (const auto& edge : edges) ++rows.offsets[key(edge) + 1];
  for (std::size_t i = 0; i < size; ++i) rows.offsets[i + 1] += rows.offsets[i];
  rows.values.resize(edges.size());
  auto next = rows.offsets;
  for (const auto& edge : edges) rows.values[next[key(edge)]++] = value(edge);
  return rows;
}

// The children of every node, increasing, without repeats.
Rows children_of(std::size_t size, std::span<const Edge> edges) {
  // Two counting sorts, by child and then by parent, leave every row in increasing order without
  // any comparisons.
  const auto by_child = rows_by(
      size, edges, [](const Edge& edge) { return edge.child; },
      [](const Edge& edge) { return edge.parent; });
  std::vector<Edge> sorted;
  sorted.reserve(edges.size());
  for (Node child = 0; child < size; ++child) {
    for (const Node parent : by_child.row(child)) sorted.push_back({parent, child});
  }
  auto rows = rows_by(
      size, sorted, [](const Edge& edge) { return edge.parent; },
      [](const Edge& edge) { return edge.child; });
  std::uint32_t kept = 0;
  for (std::size_t parent = 0; parent < size; ++parent) {
    const auto first = std::exchange(rows.offsets[parent], kept);
    for (auto i = first; i < rows.offsets[parent + 1]; ++i) {
      if (i > first && rows.values[i] == rows.values[i - 1]) continue;
      rows.values[kept++] = rows.values[i];
    }
  }
  rows.offsets[size] = kept;
  rows.values.resize(kept);
  return rows;
}

// One depth-first walk over all nodes.
struct Walk {
  std::vector<Node> postorder;
  // if not empty: the graph has this cycle, and the postorder is incomplete
  std::vector<Node> cycle;
};

class Walker {
 public:
  explicit Walker(const Rows& children)
      : children_(children), next_(children.offsets), state_(children.offsets.size() - 1) {
    walk_.postorder.reserve(state_.size());
  }

  // Returns false on a cycle.
  bool visit(Node start) {
    if (state_[start] != State::unseen) return true;
    enter(start);
    while (!path_.empty()) {
      const Node node = path_.back();
      if (next_[node] == children_.offsets[node + 1]) {
        leave(node);
        continue;
      }
      const Node child = children_.values[next_[node]++];
      if (state_[child] == State::unseen) {
        enter(child);
      } else if (state_[child] == State::on_path) {
        walk_.cycle.assign(std::find(path_.begin(), path_.end(), child), path_.end());
        return false;
      }
    }
    return true;
  }

  Walk take() { return std::move(walk_); }

 private:
  enum class State : std::uint8_t { unseen, on_path, done };

  void enter(Node node) {
    state_[node] = State::on_path;
    path_.push_back(node);
  }
  void leave(Node node) {
    state_[node] = State::done;
    walk_.postorder.push_back(node);
    path_.pop_back();
  }

  const Rows& children_;
  std::vector<std::uint32_t> next_;
  std::vector<State> state_;
  std::vector<Node> path_;
  Walk walk_;
};

// Visit the children with the most parents first: this puts nodes shared by several parents side by
// side. Of 25 orders tried on graphs like SNOMED CT, with one walk or two, all came within a tenth
// of the fewest runs; this one came within 3 % and needs no extra walk. Otherwise visit the last
// child first, so that siblings keep their old order.
void choose_visiting_order(Rows& children, const std::vector<std::uint32_t>& parent_counts) {
  const auto size = static_cast<Node>(parent_counts.size());
  const auto key = [&](Node child) { return std::pair(parent_counts[child], child); };
  for (Node node = 0; node < size; ++node) {
    std::ranges::sort(children.row(node), std::greater<>{}, key);
  }
}

// Walk from the last number to the first, so that roots keep the order of their old numbers. Nodes
// without edges are walked before all others and so get the highest numbers. The root is an
// exception: the nodes under it must have greater numbers.
Walk walk_all(const Rows& children, const std::vector<std::uint32_t>& parent_counts,
              std::optional<Node> root) {
  Walker walker(children);
  const auto size = static_cast<Node>(parent_counts.size());
  for (Node node = size; node-- > 0;) {
    const bool alone = parent_counts[node] == 0 && children.row(node).empty();
    if (alone && node != root) walker.visit(node);
  }
  for (Node node = size; node-- > 0;) {
    if (parent_counts[node] == 0 && !walker.visit(node)) return walker.take();
  }
  // A node that no root leads to lies on a cycle or below one.
  for (Node node = size; node-- > 0;) {
    if (!walker.visit(node)) return walker.take();
  }
  return walker.take();
}

std::string describe_cycle(const std::vector<Node>& cycle) {
  constexpr std::size_t shown_max = 20;
  std::string text = "the hierarchy has a cycle of " + std::to_string(cycle.size()) + ": ";
  for (std::size_t i = 0; i < std::min(cycle.size(), shown_max); ++i) {
    text += std::to_string(cycle[i]) + " -> ";
  }
  if (cycle.size() > shown_max) text += "... -> ";
  return text + std::to_string(cycle.front());
}

// Fills parents and children in the new numbers, every row increasing.
void fill_rows(const Rows& old_children, OrderedHierarchy& ordered) {
  const auto size = ordered.new_number.size();
  std::vector<Edge> edges;
  edges.reserve(old_children.values.size());
  for (Node parent = 0; parent < size; ++parent) {
    for (const Node child : old_children.row(parent)) {
      edges.push_back({ordered.new_number[parent], ordered.new_number[child]});
    }
  }
  auto children = children_of(size, edges);
  edges.clear();
  for (Node parent = 0; parent < size; ++parent) {
    for (const Node child : children.row(parent)) edges.push_back({parent, child});
  }
  auto parents = rows_by(
      size, edges, [](const Edge& edge) { return edge.child; },
      [](const Edge& edge) { return edge.parent; });
  ordered.arrays.child_offsets = std::move(children.offsets);
  ordered.arrays.children = std::move(children.values);
  ordered.arrays.parent_offsets = std::move(parents.offsets);
  ordered.arrays.parents = std::move(parents.values);
}

// Sorts runs, joins runs that overlap or touch, and appends them to `joined`.
void append_joined(std::vector<Run>& runs, std::vector<Run>& joined) {
  std::ranges::sort(runs, {}, &Run::first);
  const auto start = joined.size();
  for (const Run& run : runs) {
    if (joined.size() > start && run.first <= joined.back().after) {
      joined.back().after = std::max(joined.back().after, run.after);
    } else {
      joined.push_back(run);
    }
  }
}

// Fills run_offsets and runs from the children. Goes from the last node to the first, so that
// children are done before their parents. Returns false when there are more runs than offsets can
// count.
bool fill_runs(HierarchyArrays& arrays) {
  const auto size = static_cast<Node>(arrays.child_offsets.size() - 1);
  std::vector<Run> backwards;  // the runs of the last node, then of the node before it, and so on
  std::vector<std::uint32_t> starts(size + std::size_t{1},
                                    0);  // runs of n: [starts[n+1], starts[n])
  std::vector<Run> gathered;
  for (Node node = size; node-- > 0;) {
    gathered.assign(1, {node, node + 1});
    for (auto i = arrays.child_offsets[node]; i < arrays.child_offsets[node + 1]; ++i) {
      const Node child = arrays.children[i];
      gathered.insert(gathered.end(), backwards.begin() + starts[child + 1],
                      backwards.begin() + starts[child]);
    }
    append_joined(gathered, backwards);
    if (backwards.size() > std::numeric_limits<std::uint32_t>::max()) return false;
    starts[node] = static_cast<std::uint32_t>(backwards.size());
  }
  arrays.run_offsets.assign(size + std::size_t{1}, 0);
  arrays.runs.clear();
  arrays.runs.reserve(backwards.size());
  for (Node node = 0; node < size; ++node) {
    arrays.runs.insert(arrays.runs.end(), backwards.begin() + starts[node + 1],
                       backwards.begin() + starts[node]);
    arrays.run_offsets[node + 1] = static_cast<std::uint32_t>(arrays.runs.size());
  }
  return true;
}

}  // namespace

std::span<const Node> Hierarchy::parents(Node node) const {
  const auto first = parts_.parent_offsets[node];
  return parts_.parents.subspan(first, parts_.parent_offsets[node + 1] - first);
}

std::span<const Node> Hierarchy::children(Node node) const {
  const auto first = parts_.child_offsets[node];
  return parts_.children.subspan(first, parts_.child_offsets[node + 1] - first);
}

std::span<const Run> Hierarchy::descendants_or_self(Node node) const {
  const auto first = parts_.run_offsets[node];
  return parts_.runs.subspan(first, parts_.run_offsets[node + 1] - first);
}

bool Hierarchy::has_edges(Node node) const {
  return !parents(node).empty() || !children(node).empty();
}

bool Hierarchy::is_ancestor(Node ancestor, Node node) const {
  if (ancestor >= node) return false;
  const auto runs = descendants_or_self(ancestor);
  const auto behind = std::ranges::upper_bound(runs, node, {}, &Run::first);
  return behind != runs.begin() && node < std::prev(behind)->after;
}

Hierarchy HierarchyArrays::view() const {
  return Hierarchy({.parent_offsets = parent_offsets,
                    .parents = parents,
                    .child_offsets = child_offsets,
                    .children = children,
                    .run_offsets = run_offsets,
                    .runs = runs,
                    .root = root});
}

base::Result<OrderedHierarchy> order_hierarchy(std::size_t size, std::span<const Edge> edges,
                                               std::optional<Node> root) {
  if (size >= no_node || edges.size() > std::numeric_limits<std::uint32_t>::max()) {
    return base::Error{base::ErrorCode::too_large,
                       "a hierarchy may have at most 4 thousand million nodes and edges",
                       {}};
  }
  for (const Edge& edge : edges) {
    if (edge.parent >= size || edge.child >= size) {
      return base::Error{base::ErrorCode::corrupt,
                         "the edge " + std::to_string(edge.parent) + " -> " +
                             std::to_string(edge.child) + " leaves the " + std::to_string(size) +
                             " nodes of the hierarchy",
                         {}};
    }
  }
  if (root && *root >= size) {
    return base::Error{base::ErrorCode::corrupt,
                       "the root " + std::to_string(*root) + " is not one of the " +
                           std::to_string(size) + " nodes of the hierarchy",
                       {}};
  }
  auto old_children = children_of(size, edges);
  std::vector<std::uint32_t> parent_counts(size, 0);
  for (const Node child : old_children.values) ++parent_counts[child];
  choose_visiting_order(old_children, parent_counts);
  const auto walk = walk_all(old_children, parent_counts, root);
  if (!walk.cycle.empty()) {
    return base::Error{base::ErrorCode::corrupt, describe_cycle(walk.cycle), {}};
  }
  OrderedHierarchy ordered;
  ordered.new_number.resize(size);
  for (std::size_t i = 0; i < size; ++i) {
    ordered.new_number[walk.postorder[i]] = static_cast<Node>(size - 1 - i);
  }
  fill_rows(old_children, ordered);
  if (root) ordered.arrays.root = ordered.new_number[*root];
  if (!fill_runs(ordered.arrays)) {
    return base::Error{base::ErrorCode::too_large,
                       "the hierarchy has more than 4 thousand million runs of descendants",
                       {}};
  }
  return ordered;
}

}  // namespace codelog::coding_systems
