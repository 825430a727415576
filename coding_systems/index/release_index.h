// The release index: the codes, texts, hierarchy and term index of one release, as arrays in an
// index file. hierarchy.h defines the numbering of nodes. Immutable and safe from any thread;
// results point into the file and live as long as the index.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/algebra/hierarchy.h"
#include "coding_systems/base/release.h"
#include "coding_systems/index/index_file.h"
#include "coding_systems/index/index_source.h"
#include "coding_systems/index/term_index.h"
#include "coding_systems/index/text_order.h"
#include "coding_systems/index/token_index.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

// Builds an index and returns the bytes of its file: the same for the same source. The UK Monolith
// takes 7 s and 0.8 GB besides its source. Errors: corrupt (the hierarchy has a cycle, naming its
// codes; a text has a byte of 0xfc or more, which UTF-8 never has, naming its code), too_large (4
// GB of texts).
base::Result<std::string> build_release_index(std::string_view system_id, const IndexSource& source,
                                              const IndexedFile& built_from);

class ReleaseIndex {
 public:
  // Checks every offset of the file. Errors: corrupt.
  static base::Result<ReleaseIndex> from(IndexFile file);

  ReleaseIndex(ReleaseIndex&&) noexcept = default;
  ReleaseIndex& operator=(ReleaseIndex&&) noexcept = default;

  const IndexFile& file() const { return file_; }
  const Hierarchy& hierarchy() const { return hierarchy_; }
  const TermIndex& terms() const { return terms_; }
  const TokenIndex& tokens() const { return tokens_; }

  std::size_t node_count() const { return kinds_.size(); }
  // Constant time, 2 or 3 cache misses.
  std::optional<Node> find(std::string_view code) const;
  // The node of each code, in their order; waits for the memory of several look-ups at a time.
  std::vector<std::optional<Node>> find_all(std::span<const std::string_view> codes) const;
  // The code as written if the release has it, else a code that differs only in the case of ASCII
  // letters.
  std::optional<Node> find_ignoring_case(std::string_view code) const;
  std::string_view code(Node node) const;
  CodeKind kind(Node node) const { return kinds_[node]; }
  std::optional<std::string_view> name(Node node) const;
  std::vector<std::string_view> synonyms(Node node) const;
  std::span<const Link> links(Node node) const;  // sorted, none twice
  // in the order of code_search.h
  std::span<const Node> nodes_by_code() const { return nodes_by_code_; }

  // The texts of all nodes, numbered in the order of the file.
  std::size_t text_count() const { return text_starts_.size() - 1; }
  std::string_view text(TextNumber text) const {
    return texts_.substr(text_starts_[text], text_starts_[text + 1] - text_starts_[text] - 1);
  }
  const char* text_place(TextNumber text) const { return texts_.data() + text_starts_[text]; }
  TextRole role(TextNumber text) const;
  bool is_searched(TextNumber text) const { return role(text) != TextRole::display_name; }
  // The searched texts whose folded bytes start with `folded`, in the order of those bytes.
  std::span<const TextNumber> texts_that_start_with(std::string_view folded) const {
    return coding_systems::texts_that_start_with({texts_, text_starts_}, texts_in_order_, folded);
  }
  struct Texts {
    TextNumber first = 0;
    TextNumber after = 0;
  };
  // Consecutive texts with their end bytes; there must be at least one.
  std::string_view text_block(Texts texts) const {
    const auto first = text_starts_[texts.first];
    return texts_.substr(first, text_starts_[texts.after] - first - 1);
  }
  // `from` must be a text at or before the node's. Logarithmic in the distance between them.
  Texts texts_of(Node node, TextNumber from = 0) const;
  std::size_t texts_bytes(Node node) const { return text_offsets_[node + 1] - text_offsets_[node]; }

  Node node_of(TextNumber text) const { return text_nodes_[text]; }  // whose text it is
  void prefetch_node_of(TextNumber text) const { __builtin_prefetch(&text_nodes_[text]); }
  // Fetches the texts of a node that will be looked at soon.
  void prefetch_texts(Node node) const;

 private:
  explicit ReleaseIndex(IndexFile file);

  base::Result<void> check() const;
  base::Result<void> find_text_nodes();
  base::Result<void> check_codes() const;
  base::Result<void> check_texts() const;
  base::Result<void> check_hierarchy() const;
  base::Result<void> check_terms() const;
  base::Result<void> check_links() const;
  base::Result<void> check_text_starts() const;
  base::Result<void> check_tokens() const;
  base::Result<void> check_texts_in_order() const;
  std::string_view texts_bytes_of(Node node) const;

  IndexFile file_;
  std::span<const std::uint32_t> code_offsets_;
  std::string_view codes_;
  std::span<const std::uint64_t> code_slots_;
  std::span<const CodeKind> kinds_;
  std::span<const std::uint32_t> text_offsets_;
  std::string_view texts_;
  Hierarchy::Parts hierarchy_parts_;
  Hierarchy hierarchy_;
  TermIndex::Parts term_parts_;
  TermIndex terms_;
  std::span<const std::uint32_t> link_offsets_;
  std::span<const Link> links_;
  std::span<const Node> nodes_by_code_;
  std::span<const std::uint32_t> text_starts_;
  TokenIndex::Parts token_parts_;
  TokenIndex tokens_;
  std::span<const TextNumber> texts_in_order_;
  std::vector<Node> text_nodes_;  // by text; made when the file is opened
};

// A slot of the code table holds the upper half of the code's hash and the node plus one; 0 is
// free. The size of the table is a power of two, and at least a quarter of it is free. A code is in
// the first free slot from (hash mod size) on.
constexpr std::uint64_t code_slot(std::uint64_t hash, Node node) {
  return (hash >> 32 << 32) | (std::uint64_t{node} + 1);
}
constexpr std::uint32_t slot_hash(std::uint64_t slot) {
  return static_cast<std::uint32_t>(slot >> 32);
}
constexpr Node slot_node(std::uint64_t slot) { return static_cast<Node>((slot & 0xffffffff) - 1); }

}  // namespace codelog::coding_systems
