#include "tools/demo/zip_writer.h"

#include <zip.h>

#include <memory>

namespace codelog::demo {
namespace {

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};

constexpr zip_uint32_t compression_level = 1;  // rows repeat so much that more is only slower
constexpr zip_uint16_t first_day_of_zip = 1 << 5 | 1;  // 1980-01-01, as DOS counts

base::Error write_error(const std::filesystem::path& path, const std::string& why) {
  return {base::ErrorCode::io, "cannot write " + path.string() + ": " + why, {}};
}

}  // namespace

base::Result<void> ZipWriter::write(const std::filesystem::path& path) const {
  int code = 0;
  std::unique_ptr<zip_t, Discard> archive(zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
  if (!archive) return write_error(path, "libzip error " + std::to_string(code));
  for (const auto& [name, contents] : members_) {
    zip_source_t* source =
        zip_source_buffer(archive.get(), contents.data(), contents.size(), /*freep=*/0);
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
  archive.release();  // closing freed it
  return {};
}

}  // namespace codelog::demo
