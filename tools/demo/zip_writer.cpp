#include "tools/demo/zip_writer.h"

#include <zip.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace codelog::demo {
namespace {

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};

constexpr zip_uint32_t compression_level = 1;  // repetitive rows: higher levels are only slower
constexpr zip_uint16_t first_day_of_zip = 1 << 5 | 1;  // 1980-01-01, as DOS counts

base::Error write_error(const std::filesystem::path& path, const std::string& why) {
  return {base::ErrorCode::io, "cannot write " + path.string() + ": " + why, {}};
}

// A libzip source for a member that is made piece by piece.
class PieceSource {
 public:
  explicit PieceSource(const ZipWriter::NextPiece& next_piece) : next_piece_(next_piece) {}

  // The archive owns the source once it has received it. Returns nullptr on an error of the
  // archive.
  static zip_source_t* make(zip_t* archive, const ZipWriter::NextPiece& next_piece) {
    auto own = std::make_unique<PieceSource>(next_piece);
    zip_source_t* source = zip_source_function(archive, &PieceSource::answer, own.get());
    // ZIP_SOURCE_FREE frees it.
    if (source != nullptr) [[maybe_unused]]
      const auto* const given = own.release();
    return source;
  }

 private:
  static zip_int64_t answer(void* self, void* data, zip_uint64_t bytes, zip_source_cmd_t command) {
    auto* const source = static_cast<PieceSource*>(self);
    switch (command) {
      case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE,
                                              ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE,
                                              -1);
      case ZIP_SOURCE_READ:
        return static_cast<zip_int64_t>(source->read(static_cast<char*>(data), bytes));
      case ZIP_SOURCE_STAT:
        zip_stat_init(static_cast<zip_stat_t*>(data));
        return sizeof(zip_stat_t);
      case ZIP_SOURCE_FREE:
        delete source;
        return 0;
      default:
        return 0;  // opening and closing need no work and cannot fail
    }
  }

  std::size_t read(char* data, std::size_t bytes) {
    std::size_t filled = 0;
    while (filled < bytes) {
      if (given_ == piece_.size()) {
        piece_ = next_piece_();
        given_ = 0;
        if (piece_.empty()) break;
      }
      const std::size_t count = std::min(bytes - filled, piece_.size() - given_);
      std::memcpy(data + filled, piece_.data() + given_, count);
      filled += count;
      given_ += count;
    }
    return filled;
  }

  const ZipWriter::NextPiece& next_piece_;
  std::string piece_;
  std::size_t given_ = 0;  // bytes of the piece already given
};

}  // namespace

base::Result<void> ZipWriter::write(const std::filesystem::path& path) const {
  int code = 0;
  std::unique_ptr<zip_t, Discard> archive(zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
  if (!archive) return write_error(path, "libzip error " + std::to_string(code));
  for (const auto& [name, contents, next_piece] : members_) {
    zip_source_t* source =
        next_piece ? PieceSource::make(archive.get(), next_piece)
                   : zip_source_buffer(archive.get(), contents.data(), contents.size(), 0);
    if (source == nullptr) return write_error(path, zip_strerror(archive.get()));
    const auto index = zip_file_add(archive.get(), name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      return write_error(path, zip_strerror(archive.get()));
    }
    const auto member = static_cast<zip_uint64_t>(index);
    const bool is_set =
        zip_set_file_compression(archive.get(), member, ZIP_CM_DEFLATE, compression_level) == 0 &&
        zip_file_set_dostime(archive.get(), member, 0, first_day_of_zip, 0) == 0;
    if (!is_set) {
      return write_error(path, zip_strerror(archive.get()));
    }
  }
  if (zip_close(archive.get()) != 0) return write_error(path, zip_strerror(archive.get()));
  [[maybe_unused]] const auto* const closed = archive.release();  // closing freed it
  return {};
}

}  // namespace codelog::demo
