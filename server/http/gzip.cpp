#include "server/http/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "events/base/check.h"

namespace codelog::http {
namespace {

constexpr int gzip_window_bits = 15 + 16;  // zlib: plus 16 asks for the gzip wrapping

bool is_compressible_type(std::string_view type) {
  type = type.substr(0, type.find(';'));
  return type.starts_with("text/") || type == "application/json" ||
         type == "application/javascript" || type == "application/xml" || type.ends_with("+json") ||
         type.ends_with("+xml") || type.starts_with("application/vnd.codelog.");
}

}  // namespace

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  const int started = deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window_bits, 8,
                                   Z_DEFAULT_STRATEGY);
  CODELOG_CHECK(started == Z_OK, "zlib refused its own defaults, or memory ran out");
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  // zlib counts in 32 bits, so a body over 4 GiB is compressed in pieces.
  constexpr std::size_t piece_bytes_max = std::numeric_limits<uInt>::max();
  std::size_t read = 0, written = 0;
  int state = Z_OK;
  while (state != Z_STREAM_END) {
    const std::size_t piece = std::min(piece_bytes_max, bytes.size() - read);
    const std::size_t space = std::min(piece_bytes_max, out.size() - written);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + read));
    stream.avail_in = static_cast<uInt>(piece);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + written);
    stream.avail_out = static_cast<uInt>(space);
    state = deflate(&stream, read + piece == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
    CODELOG_CHECK(state == Z_OK || state == Z_STREAM_END, "zlib lost its own state");
    read += piece - stream.avail_in;
    written += space - stream.avail_out;
  }
  deflateEnd(&stream);
  out.resize(written);
  return out;
}

bool worth_compressing(std::string_view content_type, std::size_t size_bytes) {
  return size_bytes >= compress_bytes_min && is_compressible_type(content_type);
}

}  // namespace codelog::http
