// Reads a request's body as JSON, strictly: the server acts only on bodies that it understands in
// full.
//
// Refuses, naming the byte: text that is not JSON (RFC 8259), text that is not UTF-8, NaN and
// Infinity (naming the value's place, as in "references[0].url"; Python's json writes them, above
// all for empty cells), more than json_depth_max levels, more than json_values_max values (so that
// a small body cannot become a large tree), and, if the caller asks, an object with a repeated key.
// Pure; 4 to 6 ns a byte, and 22 to 30 for a body with an error or a fraction.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "events/base/result.h"

namespace codelog::json {

inline constexpr std::size_t json_depth_max = 32;
inline constexpr std::size_t json_values_max = 1'000'000;

enum class DuplicateKeys {
  refused,
  last_wins,  // as Python does
};

// Errors: invalid.
base::Result<nlohmann::json> parse_json(std::string_view text, DuplicateKeys duplicates);

}  // namespace codelog::json
