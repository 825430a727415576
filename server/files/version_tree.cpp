#include "server/files/version_tree.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace codelog::files {
namespace {

using base::CodeStatus;
using coding_systems::Node;
using coding_systems::Release;
using events::CodeWithStatus;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool comes_before(std::string_view left, std::string_view right) {
  return std::ranges::lexicographical_compare(left, right, {}, lower, lower);
}

class TreeMaker {
 public:
  TreeMaker(const Release& release, const std::vector<CodeWithStatus>& codes) : release_(release) {
    std::vector<std::string_view> texts;
    for (const CodeWithStatus& code : codes) texts.push_back(code.code);
    const auto nodes = release.find_all(texts);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i]) statuses_.emplace(*nodes[i], codes[i].status);
    }
  }

  std::vector<TreeSection> sections(const TreeLimits& limits) {
    std::map<std::string, std::vector<Node>> tops;
    for (const auto& [node, status] : statuses_) {
      if (has_parent(node)) continue;
      tops[release_.type_titles(node).front()].push_back(node);
    }
    std::vector<TreeSection> sections;
    std::size_t rows_count = 0;
    for (auto& [title, nodes] : tops) {
      sort(nodes);
      TreeSection section{title, {}, 0};
      for (const Node top : nodes) {
        if (rows_count + section.rows.size() < limits.rows_max) {
          add(top, limits.rows_below_top_max, section.rows);
        } else {
          ++section.tops_left_out_count;
        }
      }
      rows_count += section.rows.size();
      sections.push_back(std::move(section));
    }
    return sections;
  }

 private:
  bool has(Node node) const { return statuses_.contains(node); }

  bool has_parent(Node node) const {
    const auto parents = release_.hierarchy().parents(node);
    return std::ranges::any_of(parents, [&](Node parent) { return has(parent); });
  }

  void sort(std::vector<Node>& nodes) const {
    const bool by_term = release_.system().sorts_by_term;
    std::ranges::sort(nodes, [&](Node left, Node right) {
      if (by_term && comes_before(term(left), term(right))) return true;
      if (by_term && comes_before(term(right), term(left))) return false;
      return release_.code(left) < release_.code(right);
    });
  }

  std::string_view term(Node node) const { return commands::shown_term(release_, node); }

  std::vector<Node> children(Node node) const {
    std::vector<Node> children;
    for (const Node child : release_.hierarchy().children(node)) {
      if (has(child)) children.push_back(child);
    }
    sort(children);
    return children;
  }

  struct Item {
    TreeRow row;
    Node node = 0;
    std::vector<std::size_t> below = {};  // of the items
  };

  // The codes below an item, which get their places level by level, so that a long branch does not
  // use up all rows. Those that do not fit are left out together, except below a top.
  void place_below(std::vector<Item>& items, std::size_t at, std::size_t rows_max) {
    std::vector<Node> below = children(items[at].node);
    items[at].row.below_count = below.size();
    const bool is_repeat = !placed_.insert(items[at].node).second;
    items[at].row.is_repeat = is_repeat && !below.empty();
    if (is_repeat) return;
    if (items.size() + below.size() > rows_max) {
      items[at].row.is_cut = true;
      below.resize(at == 0 ? rows_max - 1 : 0);
    }
    for (const Node node : below) {
      items[at].below.push_back(items.size());
      items.push_back({.row = row_of(node, items[at].row.depth + 1), .node = node});
    }
  }

  TreeRow row_of(Node node, std::size_t depth) const {
    return {release_.code(node), term(node), statuses_.at(node), depth, 0, false, false};
  }

  void add(Node top, std::size_t rows_below_max, std::vector<TreeRow>& rows) {
    std::vector<Item> items = {{.row = row_of(top, 0), .node = top}};
    for (std::size_t at = 0; at < items.size(); ++at) place_below(items, at, rows_below_max + 1);
    // Depth first, without recursion: hierarchies may be deep.
    std::vector<std::size_t> waiting = {0};
    while (!waiting.empty()) {
      const Item& item = items[waiting.back()];
      waiting.pop_back();
      rows.push_back(item.row);
      waiting.insert(waiting.end(), item.below.rbegin(), item.below.rend());
    }
  }

  const Release& release_;
  std::unordered_map<Node, CodeStatus> statuses_;
  std::unordered_set<Node> placed_;
};

}  // namespace

std::vector<TreeSection> tree_of(const Release& release, const std::vector<CodeWithStatus>& codes,
                                 const TreeLimits& limits) {
  return TreeMaker(release, codes).sections(limits);
}

}  // namespace codelog::files
