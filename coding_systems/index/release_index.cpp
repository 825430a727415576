#include "coding_systems/index/release_index.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "coding_systems/base/code_hash.h"

namespace codelog::coding_systems {
namespace {

base::Error damaged(const std::string& what) {
  return {base::ErrorCode::corrupt, "the index file contradicts itself: " + what, {}};
}

// True if the offsets divide `values` elements into rows, one for each node.
bool are_rows(std::span<const std::uint32_t> offsets, std::size_t nodes, std::size_t values) {
  return offsets.size() == nodes + 1 && offsets.front() == 0 && offsets.back() == values &&
         std::ranges::is_sorted(offsets);
}

// Calls look(node) for the slots that may hold the code, until it returns true.
template <class Look>
std::optional<Node> probe(std::span<const std::uint64_t> slots, std::uint64_t hash, Look look) {
  const std::size_t mask = slots.size() - 1;
  for (std::size_t at = hash & mask; slots[at] != 0; at = (at + 1) & mask) {
    if (slot_hash(slots[at]) != hash >> 32) continue;
    const Node node = slot_node(slots[at]);
    if (look(node)) return node;
  }
  return std::nullopt;
}

// The first place at or after `from` where is_there() is true; it must stay true from there on.
// Takes growing steps, so that the next of many places in order is found fast.
template <class IsThere>
std::size_t first_from(std::span<const std::uint32_t> values, std::size_t from, IsThere is_there) {
  std::size_t after = from;
  for (std::size_t step = 1; after < values.size() && !is_there(values[after]); step *= 2) {
    from = after + 1;
    after += step;
  }
  const auto first = values.begin() + static_cast<std::ptrdiff_t>(from);
  const auto last = values.begin() + static_cast<std::ptrdiff_t>(std::min(after, values.size()));
  const auto found =
      std::partition_point(first, last, [&](std::uint32_t value) { return !is_there(value); });
  return static_cast<std::size_t>(found - values.begin());
}

// The display name stands last, where there is one.
std::optional<std::string_view> display_name(std::string_view texts) {
  const std::size_t bytes = display_name_bytes(texts);
  if (bytes == 0) return std::nullopt;
  return texts.substr(texts.size() - bytes, bytes - 1);
}

bool ends_text(char c) { return static_cast<unsigned char>(c) >= text_end_min; }

}  // namespace

ReleaseIndex::ReleaseIndex(IndexFile file) : file_(std::move(file)) {
  using enum IndexSection;
  code_offsets_ = file_.section<std::uint32_t>(code_offsets);
  codes_ = file_.section_bytes(codes);
  code_slots_ = file_.section<std::uint64_t>(code_slots);
  kinds_ = file_.section<CodeKind>(kinds);
  text_offsets_ = file_.section<std::uint32_t>(text_offsets);
  texts_ = file_.section_bytes(texts);
  hierarchy_parts_ = {.parent_offsets = file_.section<std::uint32_t>(parent_offsets),
                      .parents = file_.section<Node>(parents),
                      .child_offsets = file_.section<std::uint32_t>(child_offsets),
                      .children = file_.section<Node>(children),
                      .run_offsets = file_.section<std::uint32_t>(run_offsets),
                      .runs = file_.section<Run>(runs),
                      .root = file_.root()};
  hierarchy_ = Hierarchy(hierarchy_parts_);
  term_parts_ = {.grams = file_.section<GramEntry>(grams),
                 .postings = file_.section<std::uint64_t>(postings),
                 .text_offsets = text_offsets_,
                 .texts = texts_};
  terms_ = TermIndex(term_parts_);
  link_offsets_ = file_.section<std::uint32_t>(link_offsets);
  links_ = file_.section<Link>(links);
  nodes_by_code_ = file_.section<Node>(IndexSection::nodes_by_code);
  text_starts_ = file_.section<std::uint32_t>(text_starts);
  token_parts_ = {.tokens = file_.section<TokenEntry>(IndexSection::tokens),
                  .token_bytes = file_.section_bytes(token_bytes),
                  .postings = file_.section<std::uint64_t>(token_postings),
                  .text_count = text_starts_.empty() ? 0 : text_count()};
  tokens_ = TokenIndex(token_parts_);
  texts_in_order_ = file_.section<TextNumber>(IndexSection::texts_in_order);
}

base::Result<ReleaseIndex> ReleaseIndex::from(IndexFile file) {
  ReleaseIndex index(std::move(file));
  if (auto checked = index.check(); !checked) return checked.error();
  if (auto found = index.find_text_nodes(); !found) return found.error();
  return index;
}

base::Result<void> ReleaseIndex::check() const {
  if (kinds_.size() != file_.node_count()) return damaged("the number of nodes");
  if (auto codes = check_codes(); !codes) return codes;
  if (auto texts = check_texts(); !texts) return texts;
  if (auto hierarchy = check_hierarchy(); !hierarchy) return hierarchy;
  if (auto links = check_links(); !links) return links;
  if (auto text_starts = check_text_starts(); !text_starts) return text_starts;
  if (auto tokens = check_tokens(); !tokens) return tokens;
  if (auto in_order = check_texts_in_order(); !in_order) return in_order;
  return check_terms();
}

base::Result<void> ReleaseIndex::check_links() const {
  if (!are_rows(link_offsets_, node_count(), links_.size())) return damaged("the links");
  if (std::ranges::any_of(links_, [&](const Link& link) { return link.target >= node_count(); })) {
    return damaged("the end of a link");
  }
  return {};
}

base::Result<void> ReleaseIndex::check_codes() const {
  if (!are_rows(code_offsets_, node_count(), codes_.size())) return damaged("the codes");
  if (!std::has_single_bit(code_slots_.size())) return damaged("the size of the code table");
  std::size_t used = 0;
  for (const auto slot : code_slots_) {
    if (slot == 0) continue;
    if (slot_node(slot) >= node_count()) return damaged("the code table");
    ++used;
  }
  // Without a free slot, a look-up of an unknown code would never end.
  if (used != node_count() || used == code_slots_.size())
    return damaged("the code table's filling");
  const auto is_beyond = [&](Node node) { return node >= node_count(); };
  if (nodes_by_code_.size() != node_count() || std::ranges::any_of(nodes_by_code_, is_beyond)) {
    return damaged("the order of the codes");
  }
  return {};
}

base::Result<void> ReleaseIndex::check_texts() const {
  if (!are_rows(text_offsets_, node_count(), texts_.size())) return damaged("the texts");
  for (const auto offset : text_offsets_) {
    if (offset > 0 && !ends_text(texts_[offset - 1])) return damaged("the end of a text");
  }
  return {};
}

base::Result<void> ReleaseIndex::check_hierarchy() const {
  const auto& parts = hierarchy_parts_;
  const std::size_t nodes = node_count();
  if (!are_rows(parts.parent_offsets, nodes, parts.parents.size()) ||
      !are_rows(parts.child_offsets, nodes, parts.children.size()) ||
      !are_rows(parts.run_offsets, nodes, parts.runs.size())) {
    return damaged("the rows of the hierarchy");
  }
  if (parts.root && *parts.root >= nodes) return damaged("the root");
  for (Node node = 0; node < nodes; ++node) {
    for (const Node parent : hierarchy_.parents(node)) {
      if (parent >= node) return damaged("a parent behind its child");
    }
    for (const Node child : hierarchy_.children(node)) {
      if (child <= node || child >= nodes) return damaged("a child before its parent");
    }
    Node behind = node;
    for (const Run& run : hierarchy_.descendants_or_self(node)) {
      if (run.first < behind || run.first >= run.after || run.after > nodes) {
        return damaged("a run of descendants");
      }
      behind = run.after;
    }
    // Walks down the hierarchy rely on a first run that begins with the node itself.
    const auto runs = hierarchy_.descendants_or_self(node);
    if (runs.empty() || runs.front().first != node) return damaged("a node without its own run");
  }
  return {};
}

base::Result<void> ReleaseIndex::check_terms() const {
  const std::uint64_t postings_bytes = term_parts_.postings.size_bytes();
  std::uint64_t last_key = 0;
  for (const GramEntry& entry : term_parts_.grams) {
    if (entry.key <= last_key) return damaged("the order of the grams");
    last_key = entry.key;
    if (entry.count > node_count()) return damaged("the length of a gram's list");
    if (std::uint64_t{entry.first_word} * 8 + entry.bytes > postings_bytes) {
      return damaged("the place of a gram's list");
    }
  }
  return {};
}

base::Result<void> ReleaseIndex::check_text_starts() const {
  const auto wrong = [] { return damaged("the starts of the texts"); };
  if (text_starts_.empty() || text_starts_.front() != 0 || text_starts_.back() != texts_.size()) {
    return wrong();
  }
  for (std::size_t i = 1; i < text_starts_.size(); ++i) {
    if (text_starts_[i] <= text_starts_[i - 1] || text_starts_[i] > texts_.size()) return wrong();
    if (!ends_text(texts_[text_starts_[i] - 1])) return wrong();
  }
  return {};
}

base::Result<void> ReleaseIndex::check_texts_in_order() const {
  const auto is_beyond = [&](TextNumber text) { return text >= text_count(); };
  if (texts_in_order_.size() > text_count() || std::ranges::any_of(texts_in_order_, is_beyond)) {
    return damaged("the order of the texts");
  }
  return {};
}

base::Result<void> ReleaseIndex::check_tokens() const {
  const PostingLists lists(token_parts_.postings, text_count());
  std::uint64_t first_byte = 0;
  for (std::size_t i = 0; i < token_parts_.tokens.size(); ++i) {
    const TokenEntry& entry = token_parts_.tokens[i];
    if (i == 0 ? entry.first_byte != 0 : entry.first_byte <= first_byte) {
      return damaged("the places of the tokens");
    }
    first_byte = entry.first_byte;
    if (first_byte >= token_parts_.token_bytes.size()) return damaged("the end of the tokens");
    if (i > 0 && tokens_.token(i - 1) >= tokens_.token(i))
      return damaged("the order of the tokens");
    if (entry.count > text_count()) return damaged("the length of a token's list");
    if (!lists.is_inside({entry.first_word, entry.bytes})) {
      return damaged("the place of a token's list");
    }
  }
  return {};
}

std::string_view ReleaseIndex::code(Node node) const {
  const auto first = code_offsets_[node];
  return codes_.substr(first, code_offsets_[node + 1] - first);
}

std::optional<Node> ReleaseIndex::find(std::string_view code) const {
  return probe(code_slots_, hash_code(code), [&](Node node) { return this->code(node) == code; });
}

std::vector<std::optional<Node>> ReleaseIndex::find_all(
    std::span<const std::string_view> codes) const {
  // A look-up waits for a slot, for the place of a code, and for the code. So the code is fetched a
  // few look-ups ahead, its place as many before that, and the slot as many before that.
  constexpr std::size_t ahead = 8;
  std::vector<std::uint64_t> hashes;
  hashes.reserve(codes.size());
  for (const std::string_view code : codes) hashes.push_back(hash_code(code));
  const auto slot_of = [&](std::size_t i) -> const std::uint64_t& {
    return code_slots_[hashes[i] & (code_slots_.size() - 1)];
  };
  // The node in the first slot, which is the right one most of the time; any node if it is empty.
  const auto likely_node_of = [&](std::size_t i) -> Node {
    return slot_of(i) == 0 ? 0 : slot_node(slot_of(i));
  };
  std::vector<std::optional<Node>> nodes;
  nodes.reserve(codes.size());
  for (std::size_t i = 0; i < codes.size() + 3 * ahead; ++i) {
    if (i < codes.size()) __builtin_prefetch(&slot_of(i));
    if (i >= ahead && i - ahead < codes.size()) {
      __builtin_prefetch(&code_offsets_[likely_node_of(i - ahead)]);
    }
    if (i >= 2 * ahead && i - 2 * ahead < codes.size()) {
      __builtin_prefetch(codes_.data() + code_offsets_[likely_node_of(i - 2 * ahead)]);
    }
    if (i < 3 * ahead) continue;
    const std::size_t now = i - 3 * ahead;
    nodes.push_back(
        probe(code_slots_, hashes[now], [&](Node node) { return this->code(node) == codes[now]; }));
  }
  return nodes;
}

std::optional<Node> ReleaseIndex::find_ignoring_case(std::string_view code) const {
  if (const auto exact = find(code)) return exact;
  return probe(code_slots_, hash_code(code),
               [&](Node node) { return equal_ignoring_ascii_case(this->code(node), code); });
}

std::string_view ReleaseIndex::texts_bytes_of(Node node) const {
  const auto first = text_offsets_[node];
  return texts_.substr(first, text_offsets_[node + 1] - first);
}

std::optional<std::string_view> ReleaseIndex::name(Node node) const {
  const auto texts = texts_bytes_of(node);
  if (const auto shown = display_name(texts)) return shown;
  // The name comes first, if there is one.
  const auto end = std::ranges::find_if(texts, ends_text);
  if (end == texts.end() || static_cast<unsigned char>(*end) != name_end) return std::nullopt;
  return std::string_view(texts.begin(), end);
}

TextRole ReleaseIndex::role(TextNumber text) const {
  switch (static_cast<unsigned char>(texts_[text_starts_[text + 1] - 1])) {
    case name_end:
      return TextRole::name;
    case synonym_end:
      return TextRole::synonym;
    case display_name_end:
      return TextRole::display_name;
    default:
      return TextRole::other;
  }
}

ReleaseIndex::Texts ReleaseIndex::texts_of(Node node, TextNumber from) const {
  const auto start = text_offsets_[node];
  const auto first = first_from(text_starts_, from, [&](auto other) { return other >= start; });
  auto after = first;
  while (text_starts_[after] < text_offsets_[node + 1]) ++after;
  return {static_cast<TextNumber>(first), static_cast<TextNumber>(after)};
}

base::Result<void> ReleaseIndex::find_text_nodes() {
  text_nodes_.reserve(text_count());
  TextNumber text = 0;
  for (Node node = 0; node < node_count(); ++node) {
    const auto after = text_offsets_[node + 1];
    for (; text_starts_[text] < after; ++text) text_nodes_.push_back(node);
    // A node's texts begin with the start of a text.
    if (text_starts_[text] != after) return damaged("the starts of the texts");
  }
  return {};
}

void ReleaseIndex::prefetch_texts(Node node) const {
  const auto after = text_offsets_[node + 1];
  for (auto at = text_offsets_[node]; at < after; at += cache_line_bytes) {
    __builtin_prefetch(texts_.data() + at);
  }
}

std::span<const Link> ReleaseIndex::links(Node node) const {
  const auto first = link_offsets_[node];
  return links_.subspan(first, link_offsets_[node + 1] - first);
}

std::vector<std::string_view> ReleaseIndex::synonyms(Node node) const {
  std::vector<std::string_view> found;
  const auto texts = texts_bytes_of(node);
  for (auto first = texts.begin(); first != texts.end();) {
    const auto end = std::find_if(first, texts.end(), ends_text);
    if (end == texts.end()) break;
    if (static_cast<unsigned char>(*end) == synonym_end) found.emplace_back(first, end);
    first = end + 1;
  }
  return found;
}

}  // namespace codelog::coding_systems
