// Codes of CTV3 as numbers, so that an import can meet millions of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace codelog::coding_systems::ctv3 {

constexpr std::size_t code_bytes_max = 5;

// A code or a term's id: 1 to 5 printable ASCII characters, of which none is a space or separates
// columns. Different texts give different numbers, none gives 0; nothing for other texts.
std::optional<std::uint64_t> pack_code(std::string_view text);

// Read as the published files may have it: UTF-8 without NUL, of at most 1,000 bytes.
bool is_text(std::string_view text);

}  // namespace codelog::coding_systems::ctv3
