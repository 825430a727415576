// A version's hierarchy as a picture shows it: its largest branches, each with its number of codes.
// Each code counts once, at its home in the tree. Pure; linear in the tree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/trees/code_tree.h"

namespace codelog::trees {

// A section or a code, with all codes that have their home below it.
struct IcicleNode {
  std::optional<std::size_t> parent;  // its place among the nodes, which is before this one's
  std::optional<Ordinal> ordinal;     // of a code
  std::size_t section = 0;            // in CodeTree::sections(), if it is no code
  std::uint32_t codes_count = 0;      // of the version, itself included
  std::uint32_t included_count = 0;
  bool is_cut = false;  // not all nodes directly below it are here
};

// The sections, or the code `under`, and below them the branches with the most codes: at most
// `nodes_max`. `statuses` is CodeTree::statuses_of().
std::vector<IcicleNode> icicle(const CodeTree& tree, const std::string& statuses,
                               std::optional<Ordinal> under, std::size_t nodes_max);

}  // namespace codelog::trees
