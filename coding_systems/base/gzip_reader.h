// Reads a gzip file as a stream, for importers. Memory: two blocks, whatever the file holds.
//
// Refused, with an error that names the file: what is not gzip, damaged data and wrong checksums, a
// file that ends early, and one that unpacks to more than the limits. Several members one after the
// other are read as one, as gzip itself does. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "events/base/result.h"

struct z_stream_s;

namespace codelog::coding_systems {

struct GzipLimits {
  std::uint64_t bytes_max = 4ULL << 30;  // unpacked
  std::uint64_t ratio_max = 200;         // unpacked to packed, beyond the size below
  std::uint64_t ratio_checked_from_bytes = 100'000'000;
};

class GzipReader {
 public:
  // Errors: not_found, io.
  static base::Result<GzipReader> open(const std::filesystem::path& path, GzipLimits limits = {});

  const std::string& name() const { return name_; }  // the file's name, without its folder
  std::uint64_t packed_bytes_read() const { return packed_bytes_; }
  std::uint64_t packed_bytes() const { return file_bytes_; }
  // Fills the buffer as far as the file goes; 0 at its end, which is only reached by an undamaged
  // file. Errors: invalid, io.
  base::Result<std::size_t> read(std::span<char> buffer);

 private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };

  GzipReader() = default;
  base::Result<bool> refill();
  base::Result<bool> begin_next_member();
  base::Result<void> check_limits() const;
  base::Error damaged() const;

  std::string name_;
  GzipLimits limits_;
  std::ifstream file_;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t packed_bytes_ = 0;
  std::uint64_t unpacked_bytes_ = 0;
  std::vector<char> block_;
  std::unique_ptr<z_stream_s, End> stream_;
  bool member_ended_ = false;
};

}  // namespace codelog::coding_systems
