// Reads any bytes as lines: gives lines or an error, and the same for any portions of the bytes.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/importing/text_lines.h"
#include "events/base/check.h"

namespace {

using codelog::base::Result;
using codelog::coding_systems::TextLines;

// The lines with their numbers, then the end or the error.
std::vector<std::string> read_all(std::string_view bytes, std::size_t portion) {
  std::string_view rest = bytes;
  TextLines lines("fuzz.txt", '\t', [&](std::span<char> buffer) -> Result<std::size_t> {
    const std::size_t size = std::min({buffer.size(), rest.size(), portion});
    std::copy_n(rest.begin(), size, buffer.begin());
    rest.remove_prefix(size);
    return size;
  });
  std::vector<std::string> seen;
  for (;;) {
    const auto line = lines.next();
    if (!line) {
      seen.push_back("error: " + line.error().detail);
      return seen;
    }
    if (!*line) return seen;
    seen.push_back(std::to_string(lines.line_number()) + " " + std::string(**line));
    CODELOG_CHECK(!codelog::coding_systems::is_blank(**line, '\t'), "a blank line was given out");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CODELOG_CHECK(read_all(bytes, size + 1) == read_all(bytes, 3),
                "lines read otherwise when they come in portions");
  return 0;
}
