#include <algorithm>
#include <bit>
#include <functional>
#include <future>
#include <limits>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "coding_systems/base/code_hash.h"
#include "coding_systems/index/code_search.h"
#include "coding_systems/index/release_index.h"
#include "coding_systems/index/term_index_builder.h"
#include "events/base/check.h"

namespace codelog::coding_systems {
namespace {

constexpr std::uint64_t section_bytes_max = std::numeric_limits<std::uint32_t>::max();

base::Error corrupt(std::string detail) {
  return {base::ErrorCode::corrupt, std::move(detail), {}};
}

// One cycle of the edges, as "A -> B -> A". There must be one.
std::string describe_cycle(const IndexSource& source) {
  const std::size_t size = source.codes().size();
  std::vector<std::uint32_t> parents_left(size, 0);
  std::vector<std::vector<std::uint32_t>> children(size);
  for (const Edge& edge : source.edges()) {
    ++parents_left[edge.child];
    children[edge.parent].push_back(edge.child);
  }
  std::vector<std::uint32_t> ready;
  for (std::uint32_t code = 0; code < size; ++code) {
    if (parents_left[code] == 0) ready.push_back(code);
  }
  while (!ready.empty()) {
    const auto code = ready.back();
    ready.pop_back();
    for (const auto child : children[code]) {
      if (--parents_left[child] == 0) ready.push_back(child);
    }
  }
  // Every remaining node has a remaining parent, so going up must return to a visited node.
  std::vector<std::uint32_t> parent(size, 0);
  for (const Edge& edge : source.edges()) {
    if (parents_left[edge.parent] > 0) parent[edge.child] = edge.parent;
  }
  const auto left = std::ranges::find_if(parents_left, [](auto count) { return count > 0; });
  CODELOG_CHECK(left != parents_left.end(), "a hierarchy that cannot be ordered has a cycle");
  std::vector<bool> seen(size, false);
  auto code = static_cast<std::uint32_t>(left - parents_left.begin());
  for (; !seen[code]; code = parent[code]) seen[code] = true;
  std::string text(source.codes().code(code));
  for (auto above = parent[code]; above != code; above = parent[above]) {
    text.insert(0, std::string(source.codes().code(above)) + " -> ");
  }
  return std::string(source.codes().code(code)) + " -> " + text;
}

// Sorting by the first 16 bytes needs few look-ups: in most systems, codes are not longer.
struct CodeStart {
  std::uint64_t first_8 = 0;
  std::uint64_t next_8 = 0;
  std::uint32_t number = 0;
};

std::uint64_t start_of(std::string_view text, bool ignoring_case) {
  std::uint64_t start = 0;
  for (std::size_t i = 0; i < sizeof start; ++i) {
    const auto byte = static_cast<unsigned char>(i < text.size() ? text[i] : '\0');
    start = start << 8 | (ignoring_case ? fold_ascii(byte) : byte);
  }
  return start;
}

// The numbers of the codes in the order of is_before: the order of their bytes, or is_code_before.
template <class IsBefore>
std::vector<std::uint32_t> sort_codes(const CodeNumbers& codes, bool ignoring_case,
                                      IsBefore is_before) {
  std::vector<CodeStart> starts(codes.size());
  for (std::uint32_t number = 0; number < starts.size(); ++number) {
    const auto code = codes.code(number);
    starts[number] = {start_of(code, ignoring_case),
                      start_of(code.substr(std::min<std::size_t>(code.size(), 8)), ignoring_case),
                      number};
  }
  std::ranges::sort(starts, [&](const CodeStart& a, const CodeStart& b) {
    if (a.first_8 != b.first_8) return a.first_8 < b.first_8;
    if (a.next_8 != b.next_8) return a.next_8 < b.next_8;
    return is_before(codes.code(a.number), codes.code(b.number));
  });
  std::vector<std::uint32_t> numbers(starts.size());
  std::ranges::transform(starts, numbers.begin(), &CodeStart::number);
  return numbers;
}

// The nodes of an index, and the code number in the source for each.
struct Nodes {
  HierarchyArrays hierarchy;
  std::vector<std::uint32_t> code_numbers;  // by node
  std::vector<Node> nodes;                  // by code number
};

base::Result<Nodes> order_nodes(const IndexSource& source) {
  const auto& codes = source.codes();
  const auto size = static_cast<std::uint32_t>(codes.size());
  // Sort by code first, so that the numbering does not depend on the order of the rows.
  const auto by_code = sort_codes(codes, false, std::less<std::string_view>());
  std::vector<std::uint32_t> rank(size);
  for (std::uint32_t i = 0; i < size; ++i) rank[by_code[i]] = i;

  std::vector<Edge> edges(source.edges().begin(), source.edges().end());
  for (Edge& edge : edges) edge = {rank[edge.parent], rank[edge.child]};
  const auto root =
      std::ranges::lower_bound(by_code, std::string_view(source.root()), {},
                               [&](std::uint32_t number) { return codes.code(number); });
  std::optional<Node> root_rank;
  if (!source.root().empty() && root != by_code.end() && codes.code(*root) == source.root()) {
    root_rank = static_cast<Node>(root - by_code.begin());
  }
  auto ordered = order_hierarchy(size, edges, root_rank);
  if (!ordered && ordered.error().code == base::ErrorCode::corrupt) {
    return corrupt("the hierarchy of the release has a cycle: " + describe_cycle(source));
  }
  if (!ordered) return ordered.error();

  Nodes nodes{std::move(ordered->arrays), std::vector<std::uint32_t>(size),
              std::vector<Node>(size)};
  for (std::uint32_t i = 0; i < size; ++i) {
    const Node node = ordered->new_number[i];
    nodes.code_numbers[node] = by_code[i];
    nodes.nodes[by_code[i]] = node;
  }
  return nodes;
}

struct CodeTable {
  std::vector<std::uint32_t> offsets{0};
  std::string codes;
  std::vector<std::uint64_t> slots;
  std::vector<CodeKind> kinds;
  std::vector<Node> in_order;
};

CodeTable tabulate_codes(const IndexSource& source, const Nodes& nodes) {
  CodeTable table;
  const std::size_t size = nodes.code_numbers.size();
  table.slots.assign(std::bit_ceil(size + size / 3 + 2), 0);
  const std::size_t mask = table.slots.size() - 1;
  for (Node node = 0; node < size; ++node) {
    const auto code = source.codes().code(nodes.code_numbers[node]);
    table.codes += code;
    table.offsets.push_back(static_cast<std::uint32_t>(table.codes.size()));
    table.kinds.push_back(source.kind(nodes.code_numbers[node]));
    const auto hash = hash_code(code);
    std::size_t at = hash & mask;
    while (table.slots[at] != 0) at = (at + 1) & mask;
    table.slots[at] = code_slot(hash, node);
  }
  for (const auto number : sort_codes(source.codes(), true, is_code_before)) {
    table.in_order.push_back(nodes.nodes[number]);
  }
  return table;
}

unsigned char end_of(TextRole role) {
  switch (role) {
    case TextRole::name:
      return name_end;
    case TextRole::synonym:
      return synonym_end;
    case TextRole::other:
      return other_end;
    case TextRole::display_name:
      return display_name_end;
  }
  return other_end;
}

// The texts of one node in stored order: its name (the last one given), synonyms, others, each
// group in the order of the source; then its display name (the last one given).
std::vector<std::pair<TextRole, std::uint32_t>> in_stored_order(
    const IndexSource& source, std::span<const std::uint32_t> numbers) {
  std::vector<std::pair<TextRole, std::uint32_t>> stored;
  std::optional<std::uint32_t> name, shown;
  for (const auto number : numbers) {
    if (source.texts()[number].role == TextRole::name) name = number;
    if (source.texts()[number].role == TextRole::display_name) shown = number;
  }
  stored.reserve(numbers.size());
  if (name) stored.emplace_back(TextRole::name, *name);
  for (const auto number : numbers) {
    if (source.texts()[number].role != TextRole::synonym) continue;
    stored.emplace_back(TextRole::synonym, number);
  }
  for (const auto number : numbers) {
    const auto role = source.texts()[number].role;
    const bool is_outdated_name = role == TextRole::name && number != name;
    if (role != TextRole::other && !is_outdated_name) continue;
    stored.emplace_back(TextRole::other, number);
  }
  if (shown) stored.emplace_back(TextRole::display_name, *shown);
  return stored;
}

// The numbers of the source's texts, node by node; for each node in the order of the source.
struct TextsByNode {
  std::vector<std::uint32_t> offsets;
  std::vector<std::uint32_t> numbers;
};

TextsByNode group_texts(const IndexSource& source, const Nodes& nodes) {
  TextsByNode grouped;
  grouped.offsets.assign(nodes.nodes.size() + 1, 0);
  for (const auto& text : source.texts())
    ++grouped.offsets[nodes.nodes[text.code] + std::size_t{1}];
  std::partial_sum(grouped.offsets.begin(), grouped.offsets.end(), grouped.offsets.begin());
  grouped.numbers.resize(source.texts().size());
  auto next = grouped.offsets;
  for (std::uint32_t i = 0; i < source.texts().size(); ++i) {
    grouped.numbers[next[nodes.nodes[source.texts()[i].code]]++] = i;
  }
  return grouped;
}

struct TextTable {
  std::vector<std::uint32_t> offsets{0};
  std::string texts;
  std::vector<std::uint32_t> starts{0};  // start of every text
  TermIndexBuilder::Built terms;
  TokenIndexBuilder::Built tokens;
  std::vector<TextNumber> in_order;  // searched texts
};

// Calls on_text(node, number, text) for every searched text.
template <class OnText>
void for_searched_texts(const TextTable& table, OnText on_text) {
  Node node = 0;
  for (TextNumber number = 0; number + 1 < table.starts.size(); ++number) {
    const auto first = table.starts[number];
    while (first >= table.offsets[node + std::size_t{1}]) ++node;
    const auto end = table.starts[number + std::size_t{1}] - 1;
    if (static_cast<unsigned char>(table.texts[end]) == display_name_end) continue;
    on_text(node, number, std::string_view(table.texts).substr(first, end - first));
  }
}

TermIndexBuilder::Built index_terms(const TextTable& table) {
  TermIndexBuilder terms(table.offsets.size() - 1);
  for_searched_texts(table,
                     [&](Node node, TextNumber, std::string_view text) { terms.add(node, text); });
  return terms.take();
}

TokenIndexBuilder::Built index_tokens(const TextTable& table) {
  TokenIndexBuilder tokens;
  for_searched_texts(
      table, [&](Node, TextNumber number, std::string_view text) { tokens.add(number, text); });
  return tokens.take(table.starts.size() - 1);
}

std::vector<TextNumber> order_texts(const TextTable& table) {
  std::vector<TextNumber> numbers;
  for_searched_texts(table,
                     [&](Node, TextNumber number, std::string_view) { numbers.push_back(number); });
  sort_by_folded_text({table.texts, table.starts}, numbers);
  return numbers;
}

base::Result<TextTable> tabulate_texts(const IndexSource& source, const Nodes& nodes) {
  TextTable table;
  const auto size = static_cast<Node>(nodes.nodes.size());
  const auto grouped = group_texts(source, nodes);
  // Reserve: growing would hold two copies of hundreds of megabytes.
  std::uint64_t bytes = 0;
  for (const auto& text : source.texts()) bytes += text.after - text.first + 1;
  table.texts.reserve(bytes);
  for (Node node = 0; node < size; ++node) {
    const auto numbers =
        std::span(grouped.numbers)
            .subspan(grouped.offsets[node], grouped.offsets[node + 1] - grouped.offsets[node]);
    for (const auto& [role, number] : in_stored_order(source, numbers)) {
      const auto text = source.text(source.texts()[number]);
      if (std::ranges::any_of(text, [](unsigned char byte) { return byte >= text_end_min; })) {
        return corrupt("a text of " + std::string(source.codes().code(nodes.code_numbers[node])) +
                       " is not UTF-8");
      }
      table.texts += text;
      table.texts += static_cast<char>(end_of(role));
      table.starts.push_back(static_cast<std::uint32_t>(table.texts.size()));
    }
    if (table.texts.size() > section_bytes_max) {
      return base::Error{base::ErrorCode::too_large, "the release has over 4 GB of texts", {}};
    }
    table.offsets.push_back(static_cast<std::uint32_t>(table.texts.size()));
  }
  // Runs on this thread if the system has no other.
  auto words = std::async(std::launch::async | std::launch::deferred,
                          [&table] { return std::pair(index_tokens(table), order_texts(table)); });
  table.terms = index_terms(table);
  std::tie(table.tokens, table.in_order) = words.get();
  return table;
}

struct LinkTable {
  std::vector<std::uint32_t> offsets;
  std::vector<Link> links;
};

LinkTable tabulate_links(const IndexSource& source, const Nodes& nodes) {
  std::vector<IndexSource::Link> sorted(source.links().begin(), source.links().end());
  for (auto& link : sorted) {
    link = {nodes.nodes[link.source], link.kind, nodes.nodes[link.target]};
  }
  std::ranges::sort(sorted);
  const auto repeated = std::ranges::unique(sorted);
  sorted.erase(repeated.begin(), repeated.end());
  LinkTable table;
  table.offsets.assign(nodes.nodes.size() + 1, 0);
  for (const auto& link : sorted) ++table.offsets[link.source + std::size_t{1}];
  std::partial_sum(table.offsets.begin(), table.offsets.end(), table.offsets.begin());
  for (const auto& link : sorted) table.links.push_back({link.kind, link.target});
  return table;
}

}  // namespace

base::Result<std::string> build_release_index(std::string_view system_id, const IndexSource& source,
                                              const IndexedFile& built_from) {
  const auto nodes = order_nodes(source);
  if (!nodes) return nodes.error();
  const auto code_table = tabulate_codes(source, *nodes);
  if (code_table.codes.size() > section_bytes_max) {
    return base::Error{base::ErrorCode::too_large, "the release has over 4 GB of codes", {}};
  }
  const auto text_table = tabulate_texts(source, *nodes);
  if (!text_table) return text_table.error();
  const auto link_table = tabulate_links(source, *nodes);

  IndexContents contents{.system_id = system_id,
                         .built_from = built_from,
                         .node_count = static_cast<std::uint32_t>(nodes->nodes.size()),
                         .root = nodes->hierarchy.root,
                         .sections = {}};
  const auto set = [&](IndexSection section, const auto& values) {
    contents.sections[static_cast<std::size_t>(section)] = std::as_bytes(std::span(values));
  };
  using enum IndexSection;
  set(code_offsets, code_table.offsets);
  set(codes, code_table.codes);
  set(code_slots, code_table.slots);
  set(kinds, code_table.kinds);
  set(text_offsets, text_table->offsets);
  set(texts, text_table->texts);
  set(parent_offsets, nodes->hierarchy.parent_offsets);
  set(parents, nodes->hierarchy.parents);
  set(child_offsets, nodes->hierarchy.child_offsets);
  set(children, nodes->hierarchy.children);
  set(run_offsets, nodes->hierarchy.run_offsets);
  set(runs, nodes->hierarchy.runs);
  set(grams, text_table->terms.grams);
  set(postings, text_table->terms.postings);
  set(link_offsets, link_table.offsets);
  set(links, link_table.links);
  set(nodes_by_code, code_table.in_order);
  set(text_starts, text_table->starts);
  set(IndexSection::tokens, text_table->tokens.tokens);
  set(token_bytes, text_table->tokens.token_bytes);
  set(token_postings, text_table->tokens.postings);
  set(texts_in_order, text_table->in_order);
  return encode_index_file(contents);
}

}  // namespace codelog::coding_systems
