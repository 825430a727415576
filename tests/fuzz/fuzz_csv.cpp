// Reads any bytes as CSV: gives records or an error, and the same for any portions of the bytes.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/importing/csv_reader.h"
#include "events/base/check.h"

namespace {

using codelog::base::Result;
using codelog::coding_systems::CsvReader;

// The records with their lines, then the end or the error.
std::vector<std::string> read_all(std::string_view bytes, std::size_t portion) {
  std::string_view rest = bytes;
  CsvReader reader("fuzz.csv", [&](std::span<char> buffer) -> Result<std::size_t> {
    const std::size_t size = std::min({buffer.size(), rest.size(), portion});
    std::copy_n(rest.begin(), size, buffer.begin());
    rest.remove_prefix(size);
    return size;
  });
  std::vector<std::string> seen;
  for (;;) {
    const auto more = reader.next_record();
    if (!more) {
      seen.push_back("error: " + more.error().detail);
      return seen;
    }
    if (!*more) return seen;
    seen.push_back(std::to_string(reader.line_number()));
    for (const std::string& field : reader.fields()) seen.push_back("." + field);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CODELOG_CHECK(read_all(bytes, size + 1) == read_all(bytes, 3),
                "CSV reads otherwise when it comes in portions");
  return 0;
}
