// A version's codes in the order of its tree, and the edges between them.
//
// Walking the sections by title, their topmost codes by term, and children by term (or by code,
// where the coding system sorts so), each code gets the next ordinal at the first place that the
// walk reaches: its home. Codes that lie between two codes of the version without being in it pass
// decisions on, so they are in the tree too: without them, whoever computes statuses over the tree
// would get others than the algebra of code sets.
//
// Immutable and safe from any thread; linear in codes and edges, but for one sort of the terms.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/algebra/codeset.h"
#include "server/commands/code_flags.h"
#include "server/commands/version_contents.h"

namespace codelog::trees {

using Ordinal = std::uint32_t;

using commands::CodeFlag;
using enum commands::CodeFlag;

struct TreeSection {
  std::string title;
  std::uint32_t first_top = 0;  // in CodeTree::tops
  std::uint32_t tops_count = 0;
  bool operator==(const TreeSection&) const = default;
};

// Arrays by ordinal, unless said otherwise.
struct TreeParts {
  coding_systems::NodeSet own;      // the version's codes
  coding_systems::NodeSet between;  // the others
  std::vector<coding_systems::Node> nodes;
  std::vector<std::uint32_t> child_offsets;
  std::vector<Ordinal> children;
  std::vector<std::string> types;
  std::string type_bytes;
  std::string fixed_flags;
  std::vector<TreeSection> sections;
  std::vector<Ordinal> tops;
  std::string codes_text;
  std::string shape;
};

class CodeTree {
 public:
  CodeTree(commands::ReleasePointer release, const coding_systems::Codeset& codeset);

  const coding_systems::Release& release() const { return *release_; }
  const coding_systems::CodeUniverse& universe() const { return universe_; }
  std::size_t size() const { return parts_.nodes.size(); }
  // By ordinal.
  const std::vector<coding_systems::Node>& nodes() const { return parts_.nodes; }
  // The children of ordinal i: [child_offsets[i], child_offsets[i+1]) of children.
  const std::vector<std::uint32_t>& child_offsets() const { return parts_.child_offsets; }
  const std::vector<Ordinal>& children() const { return parts_.children; }
  const std::vector<std::string>& types() const { return parts_.types; }  // titles, sorted
  const std::string& type_bytes() const { return parts_.type_bytes; }     // by ordinal
  const std::string& fixed_flags() const {
    return parts_.fixed_flags;
  }  // by ordinal; the others' bits 0
  const std::vector<TreeSection>& sections() const { return parts_.sections; }
  // Of one section after the other. A code with several titles is in each of their sections.
  const std::vector<Ordinal>& tops() const { return parts_.tops; }
  const std::string& codes_text() const { return parts_.codes_text; }  // joined by line feeds
  // Identifies the codes and their order: the CRC-32 of codes_text(), 8 hexadecimal digits.
  const std::string& shape() const { return parts_.shape; }

  // True if a tree of this codeset would be the same.
  bool suits(const coding_systems::Release& release, const coding_systems::Codeset& codeset) const;
  std::string_view term(Ordinal ordinal) const;
  std::optional<Ordinal> find(std::string_view code) const;
  std::string_view code(Ordinal ordinal) const { return universe_.code(parts_.nodes[ordinal]); }
  // One octet a code: the CodeStatus. Codes between others have the status that they would have.
  std::string statuses_of(const coding_systems::Codeset& codeset) const;
  // Sets the flag of the codes that `nodes` has; `flags` has a byte for each ordinal.
  void set_flags(const coding_systems::NodeSet& nodes, CodeFlag flag, std::string& flags) const;
  std::size_t size_bytes() const;

 private:
  commands::ReleasePointer release_;  // shared by all who work over it
  coding_systems::CodeUniverse universe_;
  TreeParts parts_;
  bool has_between_ = false;
};

// The CRC-32 (of zlib, PNG, Ethernet) in 8 hexadecimal digits.
std::string crc32_text(std::string_view bytes);

}  // namespace codelog::trees
