// The source of a release index, from a release's SQLite file or an importer's memory. The same
// concepts, edges and texts give the same index, byte for byte; only the order of the texts of one
// code matters, which is the order of their rows in the release file.
//
// Codes and texts are copied. An importer that holds millions of texts anyway may lend them
// instead, and may name codes by number. Not safe from several threads. Each call takes constant
// time on average.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/algebra/hierarchy.h"
#include "coding_systems/base/text_role.h"

namespace codelog::coding_systems {

// The kind of a link between two codes: the coding system's own numbering.
using LinkKind = std::uint32_t;

// The kind of a code: 0 for a code without a concept row, found only in edges or texts; otherwise
// the coding system's own numbering (SNOMED CT: active, inactive; BNF: chapter, section, ...).
using CodeKind = std::uint8_t;
constexpr CodeKind kind_without_concept = 0;

// The bytes that end a text in the index, by role. UTF-8 never contains them, so a search never
// runs from one text into the next, and texts need no lengths.
constexpr unsigned char name_end = 0xff;
constexpr unsigned char synonym_end = 0xfe;
constexpr unsigned char other_end = 0xfd;
constexpr unsigned char display_name_end = 0xfc;  // of a node's last text only
constexpr unsigned char text_end_min = display_name_end;

// The number of bytes of a display name and its end byte in a node's texts; 0 without one. Constant
// time without one, as in most releases.
std::size_t display_name_bytes(std::string_view texts);

// Distinct codes, numbered in the order they came.
class CodeNumbers {
 public:
  CodeNumbers();

  std::uint32_t add(std::string_view code);
  std::optional<std::uint32_t> find(std::string_view code) const;
  std::size_t size() const { return starts_.size() - 1; }
  std::string_view code(std::uint32_t number) const;

 private:
  void grow();
  // The slot of the code, or the free slot where the code belongs.
  std::size_t slot_of(std::string_view code) const;

  std::string blob_;
  std::vector<std::uint64_t> starts_;  // of each code in blob_, and the end of the last one
  std::vector<std::uint32_t> slots_;   // open addressing; empty_slot marks free slots
};

class IndexSource {
 public:
  struct Text {
    std::uint32_t code = 0;  // number in codes()
    TextRole role = TextRole::other;
    bool is_borrowed = false;
    std::uint64_t first = 0;  // [first, after) of the copied texts, or of the borrowed ones
    std::uint64_t after = 0;
  };

  // A relation between two codes that is not an edge of the hierarchy.
  struct Link {
    std::uint32_t source = 0;
    LinkKind kind = 0;
    std::uint32_t target = 0;
    auto operator<=>(const Link&) const = default;
  };

  // The root code, if the coding system has one. It becomes a node only if the release has it.
  void set_root(std::string_view code) { root_ = code; }
  // A repeated concept replaces the kind; returns the old kind.
  CodeKind add_concept(std::string_view code, CodeKind kind);
  void add_edge(std::string_view parent, std::string_view child);
  // Of several names of a code, the last one counts; the others are only searched.
  void add_text(std::string_view code, TextRole role, std::string_view text);
  void add_link(std::string_view source, LinkKind kind, std::string_view target);

  // As above, with the numbers of codes: their places among the distinct codes so far.
  void add_edge(std::uint32_t parent, std::uint32_t child) { edges_.push_back({parent, child}); }
  void add_link(std::uint32_t source, LinkKind kind, std::uint32_t target) {
    links_.push_back({source, kind, target});
  }
  // Texts of the caller's, which must live as long as this object.
  void borrow_texts(std::string_view texts) { borrowed_ = texts; }
  void add_borrowed_text(std::uint32_t code, TextRole role, std::uint64_t first,
                         std::uint64_t bytes) {
    texts_.push_back({code, role, true, first, first + bytes});
  }

  const std::string& root() const { return root_; }
  const CodeNumbers& codes() const { return codes_; }
  CodeKind kind(std::uint32_t code) const {
    return code < kinds_.size() ? kinds_[code] : kind_without_concept;
  }
  std::span<const Edge> edges() const { return edges_; }  // between code numbers
  std::span<const Text> texts() const { return texts_; }
  std::span<const Link> links() const { return links_; }  // between code numbers
  std::string_view text(const Text& text) const {
    const std::string_view texts = text.is_borrowed ? borrowed_ : std::string_view(blob_);
    return texts.substr(text.first, text.after - text.first);
  }

 private:
  std::string root_;
  CodeNumbers codes_;
  std::vector<CodeKind> kinds_;
  std::vector<Edge> edges_;
  std::vector<Text> texts_;
  std::vector<Link> links_;
  std::string blob_;
  std::string_view borrowed_;
};

}  // namespace codelog::coding_systems
