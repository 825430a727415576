// Reads any bytes as an archive: all members can be read to their ends, or there is an error.
#include <unistd.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>

#include "coding_systems/importing/zip_archive.h"
#include "events/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fs = std::filesystem;
  using codelog::coding_systems::ZipArchive;
  static const fs::path path =
      fs::temp_directory_path() / ("codelog-fuzz-" + std::to_string(::getpid()) + ".zip");
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  // Small limits refuse a bomb before it costs time.
  const auto archive = ZipArchive::open(
      path, {.total_bytes_max = 1 << 20, .ratio_max = 200, .ratio_checked_from_bytes = 1 << 16});
  fs::remove(path);
  if (!archive) return 0;
  for (const auto& member : archive->members()) {
    auto reader = archive->read(member);
    if (!reader) continue;
    std::array<char, 4096> buffer;
    std::uint64_t total = 0;
    for (;;) {
      const auto count = reader->read(buffer);
      if (!count || *count == 0) break;
      total += *count;
      CODELOG_CHECK(total <= member.size_bytes, "a member is longer than it says");
    }
  }
  return 0;
}
