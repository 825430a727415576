#include "tools/demo/gzip_writer.h"

#include <zlib.h>

#include <algorithm>

namespace codelog::demo {
namespace {

constexpr std::size_t piece_bytes = 1UL << 20;  // zlib counts in 32 bits

base::Error write_error(const std::filesystem::path& path) {
  return {base::ErrorCode::io, "cannot write " + path.string(), {}};
}

}  // namespace

base::Result<void> write_gzip(const std::filesystem::path& path, const std::string& text) {
  auto* const file = gzopen(path.c_str(), "wb1");  // repetitive rows: higher levels are only slower
  if (file == nullptr) return write_error(path);
  bool is_written = true;
  for (std::size_t first = 0; first < text.size() && is_written; first += piece_bytes) {
    const auto size = static_cast<unsigned>(std::min(piece_bytes, text.size() - first));
    is_written = gzwrite(file, text.data() + first, size) == static_cast<int>(size);
  }
  const bool is_closed = gzclose(file) == Z_OK;
  if (!is_written || !is_closed) return write_error(path);
  return {};
}

}  // namespace codelog::demo
