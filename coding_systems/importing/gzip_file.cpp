#include "coding_systems/importing/gzip_file.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>
#include <system_error>

#include "events/base/check.h"

namespace codelog::coding_systems {
namespace {

constexpr std::size_t compressed_block_bytes = 256 * 1024;
constexpr int gzip_window_bits = 15 + 16;  // zlib: plus 16 asks for the gzip wrapping
constexpr std::size_t piece_bytes_max = std::numeric_limits<uInt>::max();  // zlib counts in 32 bits
constexpr std::string_view gzip_start = "\x1f\x8b";
constexpr std::size_t gzip_header_bytes = 10;

// True for the first bytes of an unpacked text. The header of a damaged gzip file still has control
// characters.
bool starts_as_text(std::string_view bytes) {
  return std::ranges::none_of(bytes.substr(0, gzip_header_bytes), [](char byte) {
    const auto value = static_cast<unsigned char>(byte);
    return value < ' ' && byte != '\t' && byte != '\r' && byte != '\n';
  });
}

}  // namespace

void GzipFile::EndInflate::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

base::Result<GzipFile> GzipFile::open(const std::filesystem::path& path, ZipLimits limits) {
  GzipFile opened;
  opened.name_ = path.filename().string();
  opened.limits_ = limits;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return base::Error{base::ErrorCode::not_found, path.string() + ": no such file", {}};
  }
  if (!std::filesystem::is_regular_file(path, error)) {
    return opened.invalid("is not a file");
  }
  opened.packed_bytes_ = std::filesystem::file_size(path, error);
  opened.file_.open(path, std::ios::binary);
  if (error || !opened.file_.is_open()) {
    return base::Error{base::ErrorCode::io, path.string() + ": cannot be opened", {}};
  }
  opened.block_.resize(compressed_block_bytes);
  opened.stream_.reset(new z_stream{});
  const int started = inflateInit2(opened.stream_.get(), gzip_window_bits);
  CODELOG_CHECK(started == Z_OK, "zlib refused its own defaults, or memory ran out");
  const auto filled = opened.fill();
  if (!filled) return filled.error();
  if (*filled == Filled::end) return opened.invalid("the file is empty");
  const std::string_view first(opened.block_.data(), opened.stream_->avail_in);
  opened.is_unpacked_ = !first.starts_with(gzip_start);
  if (opened.is_unpacked_ && !starts_as_text(first)) return opened.invalid("not a gzip file");
  return opened;
}

base::Result<std::size_t> GzipFile::read(std::span<char> buffer) {
  if (is_unpacked_) return read_unpacked(buffer);
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    if (stream_->avail_in == 0) {
      const auto more = fill();
      if (!more) return more.error();
      if (*more == Filled::end) {
        if (between_members_) break;
        return invalid("the file is truncated");
      }
    }
    if (between_members_) begin_next_member();
    if (auto done = inflate_some(buffer.subspan(filled), filled); !done) return done.error();
  }
  return filled;
}

base::Result<std::size_t> GzipFile::read_unpacked(std::span<char> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    if (stream_->avail_in == 0) {
      const auto more = fill();
      if (!more) return more.error();
      if (*more == Filled::end) break;
    }
    const std::size_t size_bytes = std::min<std::size_t>(buffer.size() - filled, stream_->avail_in);
    std::memcpy(buffer.data() + filled, stream_->next_in, size_bytes);
    stream_->next_in += size_bytes;
    stream_->avail_in -= static_cast<uInt>(size_bytes);
    filled += size_bytes;
  }
  bytes_read_ += filled;
  if (auto checked = check_limits(); !checked) return checked.error();
  return filled;
}

base::Result<GzipFile::Filled> GzipFile::fill() {
  file_.read(block_.data(), static_cast<std::streamsize>(block_.size()));
  if (file_.bad()) return base::Error{base::ErrorCode::io, name_ + ": cannot be read", {}};
  const auto size_bytes = static_cast<std::size_t>(file_.gcount());
  stream_->next_in = reinterpret_cast<Bytef*>(block_.data());
  stream_->avail_in = static_cast<uInt>(size_bytes);
  packed_bytes_read_ += size_bytes;
  return size_bytes == 0 ? Filled::end : Filled::some;
}

void GzipFile::begin_next_member() {
  const int reset = inflateReset(stream_.get());
  CODELOG_CHECK(reset == Z_OK, "zlib lost its own state");
  between_members_ = false;
}

base::Result<void> GzipFile::inflate_some(std::span<char> space, std::size_t& filled) {
  const std::size_t size_bytes = std::min(piece_bytes_max, space.size());
  stream_->next_out = reinterpret_cast<Bytef*>(space.data());
  stream_->avail_out = static_cast<uInt>(size_bytes);
  const int state = inflate(stream_.get(), Z_NO_FLUSH);
  const std::size_t unpacked_bytes = size_bytes - stream_->avail_out;
  filled += unpacked_bytes;
  bytes_read_ += unpacked_bytes;
  if (auto checked = check_limits(); !checked) return checked;
  if (state == Z_STREAM_END) {
    between_members_ = true;
    return {};
  }
  // Z_BUF_ERROR: zlib needs more input, which the next call gives.
  if (state == Z_OK || state == Z_BUF_ERROR) return {};
  CODELOG_CHECK(state != Z_MEM_ERROR, "memory ran out");
  return invalid(std::string("is damaged: ") +
                 (stream_->msg != nullptr ? stream_->msg : "it needs a dictionary"));
}

base::Result<void> GzipFile::check_limits() const {
  if (bytes_read_ > limits_.total_bytes_max) {
    return invalid("unpacks to more than " + std::to_string(limits_.total_bytes_max) + " bytes");
  }
  const std::uint64_t packed_bytes = packed_bytes_read_ - stream_->avail_in;
  if (bytes_read_ > limits_.ratio_checked_from_bytes &&
      bytes_read_ / limits_.ratio_max > packed_bytes) {
    return invalid("unpacks to more than " + std::to_string(limits_.ratio_max) + " times its size");
  }
  return {};
}

base::Error GzipFile::invalid(const std::string& detail) const {
  return {base::ErrorCode::invalid, name_ + ": " + detail, {}};
}

}  // namespace codelog::coding_systems
