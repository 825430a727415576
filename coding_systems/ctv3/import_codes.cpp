#include "coding_systems/ctv3/import_codes.h"

#include "events/base/text.h"

namespace codelog::coding_systems::ctv3 {
namespace {

constexpr std::size_t text_bytes_max = 1000;

}  // namespace

std::optional<std::uint64_t> pack_code(std::string_view text) {
  if (text.empty() || text.size() > code_bytes_max) return std::nullopt;
  std::uint64_t packed = 0;
  for (const char byte : text) {
    if (byte <= ' ' || byte > '~' || byte == '|' || byte == ',' || byte == '"') return std::nullopt;
    packed = packed << 8 | static_cast<unsigned char>(byte);
  }
  return packed;
}

bool is_text(std::string_view text) {
  return text.size() <= text_bytes_max && base::is_utf8(text) &&
         text.find('\0') == std::string_view::npos;
}

}  // namespace codelog::coding_systems::ctv3
