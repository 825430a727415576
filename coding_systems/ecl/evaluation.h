// The codes of a release that an expression stands for. Pure; does not recurse.
#pragma once

#include <string>
#include <vector>

#include "coding_systems/algebra/code_universe.h"
#include "coding_systems/ecl/expression.h"

namespace codelog::coding_systems::ecl {

struct Selection {
  std::vector<std::string> codes;    // of the release; in its order
  std::vector<std::string> unknown;  // codes of the expression that the release does not have
};

// The expression must come from parse_expression().
Selection evaluate(const CodeUniverse& universe, const Expression& expression);

}  // namespace codelog::coding_systems::ecl
