#include "server/trees/code_tree.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <map>
#include <numeric>
#include <unordered_map>

#include "coding_systems/base/release.h"

namespace codelog::trees {
namespace {

using base::CodeStatus;
using coding_systems::CodeUniverse;
using coding_systems::Node;
using coding_systems::NodeSet;
using coding_systems::Release;
// A code's number among the nodes of the tree, by increasing node.
using Place = std::uint32_t;

constexpr Ordinal unvisited = std::numeric_limits<Ordinal>::max();
constexpr std::string_view unknown_title = "[unknown]";
// A type is a byte. Releases have some dozens; what goes beyond shares the last one.
constexpr std::size_t types_max = 256;
constexpr std::string_view other_types_title = "[other]";

// Texts begin alike more often than codes do, so 16 of their bytes are compared as numbers.
struct SortableText {
  std::array<std::uint64_t, 2> first_bytes{};  // missing bytes count as 0
  std::string_view text;
  std::string_view code;
  Place place = 0;

  SortableText(std::string_view sorted_by, std::string_view code_of_it, Place of)
      : text(sorted_by), code(code_of_it), place(of) {
    std::memcpy(first_bytes.data(), text.data(), std::min(text.size(), sizeof first_bytes));
    if constexpr (std::endian::native == std::endian::little) {
      for (auto& bytes : first_bytes) bytes = __builtin_bswap64(bytes);
    }
  }
  bool operator<(const SortableText& other) const {
    if (first_bytes != other.first_bytes) return first_bytes < other.first_bytes;
    if (text != other.text) return text < other.text;
    return code < other.code;
  }
};

std::string_view term_of(const CodeUniverse& universe, const Release& release, Node node) {
  return universe.is_stranger(node) ? "Unknown" : commands::shown_term(release, node);
}

// Numbers for titles, in the order they come.
class Titles {
 public:
  std::uint32_t number(std::string title) {
    const auto [found, is_new] =
        numbers_.try_emplace(std::move(title), static_cast<std::uint32_t>(numbers_.size()));
    if (is_new) titles_.push_back(found->first);
    return found->second;
  }
  const std::vector<std::string>& all() const { return titles_; }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::string> titles_;
};

// The work of making a tree. Arrays by place, unless their names say otherwise.
struct TreeBuilder {
  TreeParts& tree;
  const CodeUniverse& universe;
  const Release& release;
  std::vector<Node> node_of = {};
  std::vector<Place> by_rank = {};
  std::vector<std::uint32_t> child_offsets = {};
  std::vector<Place> children = {};
  std::vector<Place> tops = {};  // increasing
  std::vector<Ordinal> ordinals = {};
  Titles titles = {};
  std::vector<std::uint32_t> first_title = {};
  std::vector<std::pair<std::uint32_t, Place>> more_titles = {};  // (number, top) of tops only

  void rank() {
    const bool by_term = release.system().sorts_by_term;
    std::vector<SortableText> sorted;
    sorted.reserve(node_of.size());
    for (Place place = 0; place < node_of.size(); ++place) {
      const Node node = node_of[place];
      const std::string_view code = universe.code(node);
      sorted.emplace_back(by_term ? term_of(universe, release, node) : code, code, place);
    }
    std::ranges::sort(sorted, std::less<>());
    by_rank.reserve(sorted.size());
    for (const SortableText& text : sorted) by_rank.push_back(text.place);
  }

  // Children come in the order of their ranks, because codes are appended to their parents' lists
  // in that order.
  void connect() {
    NodeSet all = tree.own;
    all.add(tree.between);
    const coding_systems::NodePlaces places(std::move(all));
    const auto& hierarchy = universe.hierarchy();
    child_offsets.assign(node_of.size() + 1, 0);
    std::vector<bool> is_top(node_of.size(), true);
    const auto for_each_parent = [&](Place place, auto use) {
      for (const Node parent : hierarchy.parents(node_of[place])) {
        if (places.contains(parent)) use(static_cast<Place>(places.place(parent)));
      }
    };
    for (Place place = 0; place < node_of.size(); ++place) {
      for_each_parent(place, [&](Place parent) {
        ++child_offsets[parent + 1];
        is_top[place] = false;
      });
      if (is_top[place]) tops.push_back(place);
    }
    std::partial_sum(child_offsets.begin(), child_offsets.end(), child_offsets.begin());
    children.resize(child_offsets.back());
    std::vector<std::uint32_t> next(child_offsets.begin(), child_offsets.end() - 1);
    for (const Place place : by_rank) {
      for_each_parent(place, [&](Place parent) { children[next[parent]++] = place; });
    }
  }

  std::vector<std::string> titles_of(Node node) const {
    if (universe.is_stranger(node)) return {std::string(unknown_title)};
    return release.type_titles(node);
  }

  void name_types() {
    first_title.reserve(node_of.size());
    for (Place place = 0; place < node_of.size(); ++place) {
      auto all = titles_of(node_of[place]);
      if (all.empty()) all.emplace_back(unknown_title);
      first_title.push_back(titles.number(std::move(all.front())));
    }
    for (const Place top : tops) {
      for (std::string& title : titles_of(node_of[top])) {
        more_titles.emplace_back(titles.number(std::move(title)), top);
      }
    }
  }

  // Gives ordinals below the top, in the order of the walk, to codes that have none yet.
  void visit(Place top, std::vector<Place>& waiting) {
    waiting.push_back(top);
    while (!waiting.empty()) {
      const Place place = waiting.back();
      waiting.pop_back();
      if (ordinals[place] != unvisited) continue;
      ordinals[place] = static_cast<Ordinal>(tree.nodes.size());
      tree.nodes.push_back(node_of[place]);
      order.push_back(place);
      for (auto i = child_offsets[place + 1]; i-- > child_offsets[place];) {
        if (ordinals[children[i]] == unvisited) waiting.push_back(children[i]);
      }
    }
  }
  std::vector<Place> order = {};  // by ordinal

  void walk() {
    std::map<std::string_view, std::vector<SortableText>> sections;
    for (const auto& [number, top] : more_titles) {
      const Node node = node_of[top];
      sections[titles.all()[number]].emplace_back(term_of(universe, release, node),
                                                  universe.code(node), top);
    }
    ordinals.assign(node_of.size(), unvisited);
    tree.nodes.reserve(node_of.size());
    order.reserve(node_of.size());
    std::vector<Place> waiting;
    for (auto& [title, section_tops] : sections) {
      std::ranges::sort(section_tops, std::less<>());
      tree.sections.push_back({std::string(title), static_cast<std::uint32_t>(tree.tops.size()),
                               static_cast<std::uint32_t>(section_tops.size())});
      for (const SortableText& top : section_tops) {
        visit(top.place, waiting);
        tree.tops.push_back(ordinals[top.place]);
      }
    }
  }

  void write_children() {
    tree.child_offsets.reserve(order.size() + 1);
    tree.children.reserve(children.size());
    tree.child_offsets.push_back(0);
    for (const Place place : order) {
      for (auto i = child_offsets[place]; i < child_offsets[place + 1]; ++i) {
        tree.children.push_back(ordinals[children[i]]);
      }
      tree.child_offsets.push_back(static_cast<std::uint32_t>(tree.children.size()));
    }
  }

  void write_types() {
    tree.types = titles.all();
    std::ranges::sort(tree.types);
    if (tree.types.size() > types_max) {
      tree.types.resize(types_max - 1);
      tree.types.emplace_back(other_types_title);
    }
    std::vector<char> byte_of;
    for (const std::string& title : titles.all()) {
      const auto found = std::ranges::find(tree.types, title);
      const auto number = found == tree.types.end()
                              ? types_max - 1
                              : static_cast<std::size_t>(found - tree.types.begin());
      byte_of.push_back(static_cast<char>(number));
    }
    tree.type_bytes.reserve(order.size());
    for (const Place place : order) tree.type_bytes += byte_of[first_title[place]];
  }

  void write_codes() {
    tree.fixed_flags.reserve(order.size());
    for (const Node node : tree.nodes) {
      const bool is_known = !universe.is_stranger(node) && release.has_concept(node);
      int flags = is_known ? 0 : flag_unknown;
      if (is_known && release.is_active(node)) flags |= flag_active;
      if (tree.between.contains(node)) flags |= flag_between;
      tree.fixed_flags += static_cast<char>(flags);
      if (tree.fixed_flags.size() > 1) tree.codes_text += '\n';
      tree.codes_text += universe.code(node);
    }
    tree.shape = crc32_text(tree.codes_text);
  }
};

}  // namespace

CodeTree::CodeTree(commands::ReleasePointer release, const coding_systems::Codeset& codeset)
    : release_(std::move(release)), universe_(codeset.universe()) {
  parts_.own = codeset.statuses().nodes();
  parts_.between = coding_systems::between_nodes(universe_.hierarchy(), parts_.own);
  has_between_ = !parts_.between.empty();
  TreeBuilder builder{parts_, universe_, *release_};
  NodeSet all = parts_.own;
  all.add(parts_.between);
  builder.node_of = all.to_vector();
  builder.rank();
  builder.connect();
  builder.name_types();
  builder.walk();
  builder.write_children();
  builder.write_types();
  builder.write_codes();
}

bool CodeTree::suits(const Release& release, const coding_systems::Codeset& codeset) const {
  if (release.file_digest() != release_->file_digest() ||
      codeset.statuses().nodes() != parts_.own) {
    return false;
  }
  const auto first_stranger = static_cast<Node>(release.hierarchy().size());
  const auto after = static_cast<Node>(parts_.own.size());
  for (Node node = parts_.own.next(std::min(first_stranger, after), after); node < after;
       node = parts_.own.next(node + 1, after)) {
    if (codeset.universe().code(node) != universe_.code(node)) return false;
  }
  return true;
}

std::string_view CodeTree::term(Ordinal ordinal) const {
  return term_of(universe_, *release_, parts_.nodes[ordinal]);
}

std::string CodeTree::statuses_of(const coding_systems::Codeset& codeset) const {
  const auto& statuses = codeset.statuses();
  coding_systems::NodeStatuses others;
  if (has_between_) {
    others = coding_systems::statuses_of_nodes(
        universe_.hierarchy(), coding_systems::definition_of(statuses), parts_.between);
  }
  std::string octets;
  octets.reserve(parts_.nodes.size());
  for (const Node node : parts_.nodes) {
    const bool is_own = !has_between_ || parts_.own.contains(node);
    octets += static_cast<char>(is_own ? statuses[node] : others[node]);
  }
  return octets;
}

std::optional<Ordinal> CodeTree::find(std::string_view code) const {
  const auto node = universe_.find(code);
  if (!node) return std::nullopt;
  const auto found = std::ranges::find(parts_.nodes, *node);
  if (found == parts_.nodes.end()) return std::nullopt;
  return static_cast<Ordinal>(found - parts_.nodes.begin());
}

void CodeTree::set_flags(const NodeSet& nodes, CodeFlag flag, std::string& flags) const {
  for (std::size_t i = 0; i < parts_.nodes.size(); ++i) {
    if (parts_.nodes[i] < nodes.size() && nodes.contains(parts_.nodes[i])) {
      flags[i] = static_cast<char>(flags[i] | flag);
    }
  }
}

std::size_t CodeTree::size_bytes() const {
  return sizeof *this + parts_.own.size() / 4 + parts_.nodes.size() * 10 +
         parts_.children.size() * 4 + parts_.codes_text.size();
}

std::string crc32_text(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto crc = static_cast<std::uint32_t>(crc32_z(
      0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<z_size_t>(bytes.size())));
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4) text += digits[crc >> shift & 15];
  return text;
}

}  // namespace codelog::trees
