// The two forms of a tree that clients get: octets (application/vnd.codelog.tree, described byte by
// byte in server/api/README.md), and JSON with the same content. Pure functions.
#pragma once

#include <string>

#include "server/trees/code_tree.h"

namespace codelog::trees {

// `flags` has a byte for each ordinal.
std::string tree_octets(const CodeTree& tree, const std::string& flags);
std::string tree_json(const CodeTree& tree, const std::string& flags);

inline constexpr std::size_t terms_block_codes = 4096;
// The number of blocks of terms; at least one.
std::size_t terms_blocks_count(const CodeTree& tree);
// The terms of [first, after), joined by line feeds; a line feed within a term becomes a space.
std::string terms_text(const CodeTree& tree, Ordinal first, Ordinal after);

}  // namespace codelog::trees
