// The codes that a search brings into a draft: its matches, the topmost of them, and all
// descendants of those.
//
// Pure, safe from any thread. Linear in the codes found. Strings are made only on request, so a
// search that finds too much costs little.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/algebra/code_universe.h"

namespace codelog::coding_systems {

class SearchExpansion {
 public:
  // Matches may repeat codes, and may name codes that the release does not have.
  static SearchExpansion of_matches(const CodeUniverse& universe,
                                    std::span<const std::string> matches);
  static SearchExpansion of_nodes(const CodeUniverse& universe, std::span<const Node> matches);

  // All lists of codes are sorted.
  std::vector<std::string> matching_codes() const { return sorted_codes(matching_); }
  // The matches without another match above them.
  std::vector<std::string> ancestor_codes() const { return sorted_codes(tops_); }
  // The ancestor codes and all their descendants; always includes the matches.
  std::vector<std::string> all_codes() const { return sorted_codes(all_); }
  std::size_t all_codes_count() const { return all_.count(); }

  // The same sets, as nodes of this universe.
  const CodeUniverse& universe() const { return universe_; }
  const NodeSet& matching() const { return matching_; }
  const NodeSet& tops() const { return tops_; }
  const NodeSet& all() const { return all_; }

 private:
  SearchExpansion(CodeUniverse universe, std::span<const Node> matches);
  std::vector<std::string> sorted_codes(const NodeSet& nodes) const;

  CodeUniverse universe_;
  NodeSet matching_;
  NodeSet tops_;
  NodeSet all_;
};

}  // namespace codelog::coding_systems
