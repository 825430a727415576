// From a flat set of codes to a definition, and from a definition to the tree that explains it.
//
// Pure functions, safe from any thread; nothing recurses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "coding_systems/base/codeset_algebra.h"
#include "coding_systems/base/extended_hierarchy.h"
#include "coding_systems/base/node_set.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

// The minimal definition of a flat set: include its ultimate ancestors; below each included code
// exclude the ultimate ancestors of what is not in the set; below each excluded code include those
// of what is; and so on. Every code is treated once however many branches reach it, since what
// happens below it does not depend on the branch.
NodeDefinition minimal_definition(const ExtendedHierarchy& hierarchy, const NodeSet& codes);

struct DefiningNode {
  Node node = 0;
  base::CodeStatus sign = base::CodeStatus::included;  // or excluded
  std::uint32_t depth = 0;                             // 0: not below any other
  bool operator==(const DefiningNode&) const = default;
};

// What siblings are ordered by. Asked once for each node and branch; the text must live on.
using SortKey = std::function<std::string_view(Node)>;

// The defining tree in depth-first order: the ultimate ancestors of the included nodes; under each
// the ultimate ancestors of the excluded nodes below it; alternating. A node under several branches
// comes once per branch, which on a contrived graph is exponential: beyond `rows_max` rows the
// answer is too_large. Siblings with the same key are ordered by node number.
base::Result<std::vector<DefiningNode>> walk_definition(const ExtendedHierarchy& hierarchy,
                                                        const NodeDefinition& definition,
                                                        const SortKey& sort_key,
                                                        std::size_t rows_max);

}  // namespace codelog::coding_systems
