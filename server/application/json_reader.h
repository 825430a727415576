// Reads a request's body as JSON, strictly: what the server did not understand in full, it does not
// act on.
//
// Refused with the byte where it went wrong: anything that is not JSON (RFC 8259), text that is not
// UTF-8, NaN and Infinity (naming the value's place, as in "references[0].url": Python's json
// writes them, for an empty cell above all), more than json_depth_max levels, more than
// json_values_max values (so that a small body cannot become a large tree), and, where the caller
// says so, an object with one key twice. Pure; about 30 ns a byte.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "events/base/result.h"

namespace codelog::application {

inline constexpr std::size_t json_depth_max = 32;
inline constexpr std::size_t json_values_max = 1'000'000;

enum class DuplicateKeys {
  refused,
  last_wins,  // as Python reads them
};

// Errors: invalid.
base::Result<nlohmann::json> parse_json(std::string_view text, DuplicateKeys duplicates);

}  // namespace codelog::application
