// Turns a flat set of codes into a definition, and a definition into the tree that explains it.
//
// Pure functions, safe from any thread; nothing recurses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "coding_systems/algebra/codeset_algebra.h"
#include "coding_systems/algebra/extended_hierarchy.h"
#include "coding_systems/algebra/node_set.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

// The minimal definition of a flat set. Includes the set's ultimate ancestors; below each included
// code, excludes the ultimate ancestors of the nodes outside the set; below each excluded code,
// includes those of the nodes inside; and so on. Handles every code once, however many branches
// reach it, since its result does not depend on the branch.
NodeDefinition minimal_definition(const ExtendedHierarchy& hierarchy, const NodeSet& codes);

struct DefiningNode {
  Node node = 0;
  base::CodeStatus sign = base::CodeStatus::included;  // or excluded
  std::uint32_t depth = 0;                             // 0: not below any other row
  bool operator==(const DefiningNode&) const = default;
};

// The sort key of siblings. Asked once for each node and branch; the text must stay valid.
using SortKey = std::function<std::string_view(Node)>;

// The defining tree, depth first: the ultimate ancestors of the included nodes; under each, the
// ultimate ancestors of the excluded nodes below it; alternating. A node under several branches is
// repeated in each, which is exponential on a contrived graph: beyond `rows_max` rows the answer is
// too_large. Siblings with the same key are sorted by node number.
base::Result<std::vector<DefiningNode>> walk_definition(const ExtendedHierarchy& hierarchy,
                                                        const NodeDefinition& definition,
                                                        const SortKey& sort_key,
                                                        std::size_t rows_max);

}  // namespace codelog::coding_systems
