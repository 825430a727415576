// Codes of CTV3 as numbers, for imports that read millions of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace codelog::coding_systems::ctv3 {

constexpr std::size_t code_bytes_max = 5;

// Packs a code or a term's id: 1 to 5 printable ASCII characters, without spaces and column
// separators. Different texts give different numbers, and none gives 0. Returns nothing for other
// texts.
std::optional<std::uint64_t> pack_code(std::string_view text);

// True for a text that published files may contain: UTF-8 without NUL, at most 1,000 bytes.
bool is_text(std::string_view text);

}  // namespace codelog::coding_systems::ctv3
