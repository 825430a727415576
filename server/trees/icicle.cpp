#include "server/trees/icicle.h"

#include <limits>
#include <queue>
#include <utility>

namespace codelog::trees {
namespace {

constexpr Ordinal no_parent = std::numeric_limits<Ordinal>::max();

// By ordinal.
struct Branches {
  std::vector<Ordinal> parents;  // at home
  std::vector<std::uint32_t> codes_counts;
  std::vector<std::uint32_t> included_counts;
};

// Ordinals are in the order of a walk, so whatever a code's home is, it comes before the code.
std::vector<Ordinal> home_parents(const CodeTree& tree) {
  std::vector<Ordinal> parents(tree.size(), no_parent);
  std::vector<bool> is_seen(tree.size(), false);
  std::vector<std::pair<Ordinal, Ordinal>> waiting;  // a code, and the one that it was reached from
  for (const Ordinal top : tree.tops()) {
    waiting.emplace_back(top, no_parent);
    while (!waiting.empty()) {
      const auto [code, from] = waiting.back();
      waiting.pop_back();
      if (is_seen[code]) continue;
      is_seen[code] = true;
      parents[code] = from;
      for (auto at = tree.child_offsets()[code + 1]; at-- > tree.child_offsets()[code];) {
        if (!is_seen[tree.children()[at]]) waiting.emplace_back(tree.children()[at], code);
      }
    }
  }
  return parents;
}

Branches branches_of(const CodeTree& tree, const std::string& statuses) {
  Branches all{home_parents(tree), std::vector<std::uint32_t>(tree.size()),
               std::vector<std::uint32_t>(tree.size())};
  for (std::size_t i = tree.size(); i-- > 0;) {
    if ((static_cast<std::uint8_t>(tree.fixed_flags()[i]) & flag_between) == 0) {
      ++all.codes_counts[i];
      if (base::is_included(static_cast<base::CodeStatus>(statuses[i]))) ++all.included_counts[i];
    }
    if (all.parents[i] == no_parent) continue;
    all.codes_counts[all.parents[i]] += all.codes_counts[i];
    all.included_counts[all.parents[i]] += all.included_counts[i];
  }
  return all;
}

class IcicleMaker {
 public:
  IcicleMaker(const CodeTree& tree, const std::string& statuses)
      : tree_(tree), branches_(branches_of(tree, statuses)) {}

  void begin_at(Ordinal code) { wait_for_code(code, std::nullopt); }

  void begin_at_sections() {
    find_tops();
    for (std::size_t section = 0; section < tops_.size(); ++section) {
      IcicleNode node;
      node.section = section;
      for (const Ordinal top : tops_[section]) {
        node.codes_count += branches_.codes_counts[top];
        node.included_count += branches_.included_counts[top];
      }
      wait(node);
    }
  }

  std::vector<IcicleNode> take(std::size_t nodes_max) {
    while (!waiting_.empty() && nodes_.size() < nodes_max) {
      const std::size_t place = nodes_.size();
      nodes_.push_back(waiting_.top().node);
      waiting_.pop();
      wait_below(place);
    }
    for (; !waiting_.empty(); waiting_.pop()) {
      if (const auto parent = waiting_.top().node.parent) nodes_[*parent].is_cut = true;
    }
    return std::move(nodes_);
  }

 private:
  // Sections come first; then the branch with the most codes, of equal ones that of the first code.
  struct Waiting {
    IcicleNode node;
    bool operator<(const Waiting& other) const {
      if (node.ordinal.has_value() != other.node.ordinal.has_value()) {
        return node.ordinal.has_value();
      }
      if (node.codes_count != other.node.codes_count) {
        return node.codes_count < other.node.codes_count;
      }
      return node.ordinal ? *node.ordinal > *other.node.ordinal : node.section > other.node.section;
    }
  };

  void wait(const IcicleNode& node) {
    if (node.codes_count > 0) waiting_.push({node});
  }

  // A top that has several titles counts in the first of their sections only.
  void find_tops() {
    std::vector<bool> is_seen(tree_.size(), false);
    for (const TreeSection& section : tree_.sections()) {
      auto& tops = tops_.emplace_back();
      for (std::uint32_t i = 0; i < section.tops_count; ++i) {
        const Ordinal top = tree_.tops()[section.first_top + i];
        if (!is_seen[top]) tops.push_back(top);
        is_seen[top] = true;
      }
    }
  }

  void wait_for_code(Ordinal code, std::optional<std::size_t> parent) {
    IcicleNode node;
    node.parent = parent;
    node.ordinal = code;
    node.codes_count = branches_.codes_counts[code];
    node.included_count = branches_.included_counts[code];
    wait(node);
  }

  void wait_below(std::size_t place) {
    const IcicleNode node = nodes_[place];
    if (!node.ordinal) {
      for (const Ordinal top : tops_[node.section]) wait_for_code(top, place);
      return;
    }
    const Ordinal code = *node.ordinal;
    for (auto at = tree_.child_offsets()[code]; at < tree_.child_offsets()[code + 1]; ++at) {
      const Ordinal child = tree_.children()[at];
      if (branches_.parents[child] == code) wait_for_code(child, place);
    }
  }

  const CodeTree& tree_;
  const Branches branches_;
  std::vector<std::vector<Ordinal>> tops_;  // by section
  std::priority_queue<Waiting> waiting_;
  std::vector<IcicleNode> nodes_;
};

}  // namespace

std::vector<IcicleNode> icicle(const CodeTree& tree, const std::string& statuses,
                               std::optional<Ordinal> under, std::size_t nodes_max) {
  IcicleMaker maker(tree, statuses);
  if (under)
    maker.begin_at(*under);
  else
    maker.begin_at_sections();
  return maker.take(nodes_max);
}

}  // namespace codelog::trees
