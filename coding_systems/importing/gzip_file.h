// Reads a gzip file as a stream, for importers. Nothing is unpacked to disk, and memory stays at
// one block for any file. A file of several gzip members reads as one text. A text that a browser
// has already unpacked, but not renamed, is read as it is.
//
// Refuses, naming the file: a file that is neither gzip nor text, a truncated gzip file, damaged
// data and wrong checksums (compared at the last byte of each member), bytes behind the last
// member, and files that unpack to more than the limits. Belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "coding_systems/importing/zip_archive.h"
#include "events/base/result.h"

struct z_stream_s;

namespace codelog::coding_systems {

class GzipFile {
 public:
  // The limits apply to the file as a whole. Errors: not_found, invalid (neither gzip nor text),
  // io.
  static base::Result<GzipFile> open(const std::filesystem::path& path, ZipLimits limits = {});

  const std::string& name() const { return name_; }  // the file's name, without its folder
  std::uint64_t packed_bytes() const { return packed_bytes_; }
  std::uint64_t packed_bytes_read() const { return packed_bytes_read_; }
  std::uint64_t bytes_read() const { return bytes_read_; }  // of unpacked text

  // Fills the buffer while there is text. Returns 0 at the end, which only an undamaged file
  // reaches. Errors: invalid (damaged, truncated, over the limits), io.
  base::Result<std::size_t> read(std::span<char> buffer);

 private:
  struct EndInflate {
    void operator()(z_stream_s* stream) const;
  };
  enum class Filled { some, end };

  GzipFile() = default;
  base::Result<std::size_t> read_unpacked(std::span<char> buffer);
  base::Result<Filled> fill();
  void begin_next_member();
  base::Result<void> inflate_some(std::span<char> space, std::size_t& filled);
  base::Result<void> check_limits() const;
  base::Error invalid(const std::string& detail) const;

  std::string name_;
  ZipLimits limits_;
  std::ifstream file_;
  std::vector<char> block_;
  std::unique_ptr<z_stream_s, EndInflate> stream_;  // zlib's state points back to it
  std::uint64_t packed_bytes_ = 0;
  std::uint64_t packed_bytes_read_ = 0;
  std::uint64_t bytes_read_ = 0;
  bool between_members_ = false;
  bool is_unpacked_ = false;  // the file is a text, not gzip
};

}  // namespace codelog::coding_systems
