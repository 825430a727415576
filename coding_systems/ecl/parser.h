// Reads the text of an expression. Pure; does not recurse.
#pragma once

#include <string_view>

#include "coding_systems/ecl/expression.h"
#include "events/base/result.h"

namespace codelog::coding_systems::ecl {

inline constexpr std::size_t expression_bytes_max = 1'000'000;
inline constexpr std::size_t parentheses_depth_max = 100;
inline constexpr std::size_t parentheses_count_max = 1'000;  // pairs

// Errors: invalid. The detail gives line and column, counted from 1 in characters, and what is
// wrong there: "line 1, column 18: AND is not supported yet". Too large a text: too_large.
base::Result<Expression> parse_expression(std::string_view text);

}  // namespace codelog::coding_systems::ecl
