// The codes of a version as a tree for pages without scripts, cut where it gets long.
//
// Pure; 0.1 s for 150,000 codes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/commands/version_contents.h"

namespace codelog::files {

// A code in the tree. Each code has its place once, with all codes below it; at further places
// below other codes it is a repeat without them.
struct TreeRow {
  std::string_view code;  // views of the release
  std::string_view term;
  base::CodeStatus status = base::CodeStatus::unresolved;
  std::size_t depth = 0;
  std::size_t below_count = 0;  // codes of the version directly below
  bool is_repeat = false;
  bool is_cut = false;  // not all codes below it are here
};

struct TreeSection {
  std::string title;          // the type of its codes
  std::vector<TreeRow> rows;  // depth first; depth 0 is on top
  std::size_t tops_left_out_count = 0;
};

// Lists may have 150,000 codes, which no browser shows as a tree without scripts.
struct TreeLimits {
  std::size_t rows_below_top_max = 0;
  std::size_t rows_max = 0;  // after so many rows, no further top begins
};

// The codes of a version that the release has, in sections by type.
std::vector<TreeSection> tree_of(const coding_systems::Release& release,
                                 const std::vector<events::CodeWithStatus>& codes,
                                 const TreeLimits& limits);

}  // namespace codelog::files
