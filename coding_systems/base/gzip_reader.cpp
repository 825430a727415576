#include "coding_systems/base/gzip_reader.h"

#include <zlib.h>

#include <system_error>

namespace codelog::coding_systems {
namespace {

constexpr std::size_t block_bytes = 256 * 1024;
constexpr int gzip_only = 16 + MAX_WBITS;

// zlib reads bytes as unsigned ones.
Bytef* as_bytes(char* bytes) { return reinterpret_cast<Bytef*>(bytes); }

}  // namespace

void GzipReader::End::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  std::default_delete<z_stream_s>()(stream);
}

base::Result<GzipReader> GzipReader::open(const std::filesystem::path& path, GzipLimits limits) {
  std::error_code failed;
  if (!std::filesystem::exists(path, failed)) {
    return base::Error{base::ErrorCode::not_found, path.string() + ": no such file", {}};
  }
  GzipReader reader;
  reader.name_ = path.filename().string();
  reader.limits_ = limits;
  reader.file_bytes_ = std::filesystem::file_size(path, failed);
  if (!failed) reader.file_.open(path, std::ios::binary);
  if (failed || !reader.file_.is_open()) {
    return base::Error{base::ErrorCode::io, path.string() + ": cannot be opened", {}};
  }
  reader.block_.resize(block_bytes);
  reader.stream_.reset(std::make_unique<z_stream_s>().release());
  const int begun = inflateInit2(reader.stream_.get(), gzip_only);
  CODELOG_CHECK(begun == Z_OK, "zlib cannot begin");
  return reader;
}

base::Error GzipReader::damaged() const {
  const bool is_beginning = unpacked_bytes_ == 0;
  return {base::ErrorCode::invalid,
          name_ + (is_beginning ? ": is not a gzip file, or is damaged at its beginning"
                                : ": is damaged after " + std::to_string(unpacked_bytes_) +
                                      " unpacked bytes"),
          {}};
}

base::Result<void> GzipReader::check_limits() const {
  if (unpacked_bytes_ > limits_.bytes_max) {
    return base::Error{
        base::ErrorCode::invalid,
        name_ + ": unpacks to more than " + std::to_string(limits_.bytes_max) + " bytes",
        {}};
  }
  if (unpacked_bytes_ > limits_.ratio_checked_from_bytes &&
      unpacked_bytes_ / limits_.ratio_max > file_bytes_) {
    return base::Error{
        base::ErrorCode::invalid,
        name_ + ": unpacks to more than " + std::to_string(limits_.ratio_max) + " times its size",
        {}};
  }
  return {};
}

// False at the end of the file.
base::Result<bool> GzipReader::refill() {
  if (stream_->avail_in > 0) return true;
  file_.read(block_.data(), static_cast<std::streamsize>(block_.size()));
  if (file_.bad()) {
    return base::Error{base::ErrorCode::io, name_ + ": cannot be read", {}};
  }
  const auto count = static_cast<std::size_t>(file_.gcount());
  packed_bytes_ += count;
  stream_->next_in = as_bytes(block_.data());
  stream_->avail_in = static_cast<uInt>(count);
  return count > 0;
}

// Behind one member: true when another one follows.
base::Result<bool> GzipReader::begin_next_member() {
  const auto more = refill();
  if (!more || !*more) return more;
  if (inflateReset(stream_.get()) != Z_OK) return damaged();
  member_ended_ = false;
  return true;
}

base::Result<std::size_t> GzipReader::read(std::span<char> buffer) {
  stream_->next_out = as_bytes(buffer.data());
  stream_->avail_out = static_cast<uInt>(buffer.size());
  const auto filled = [&] { return buffer.size() - stream_->avail_out; };
  while (stream_->avail_out > 0) {
    if (member_ended_) {
      const auto begun = begin_next_member();
      if (!begun) return begun.error();
      if (!*begun) break;
    }
    const auto more = refill();
    if (!more) return more.error();
    if (!*more) {
      return base::Error{base::ErrorCode::invalid, name_ + ": the file ends early", {}};
    }
    const std::size_t before = filled();
    const int code = inflate(stream_.get(), Z_NO_FLUSH);
    unpacked_bytes_ += filled() - before;
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) return damaged();
    member_ended_ = code == Z_STREAM_END;
    if (const auto good = check_limits(); !good) return good.error();
  }
  return filled();
}

}  // namespace codelog::coding_systems
