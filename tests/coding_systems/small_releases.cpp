#include "small_releases.h"

#include <stdlib.h>
#include <zstd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <system_error>

#include "coding_systems/versioning/alias.h"

namespace codelog::tests {

TemporaryFolder::TemporaryFolder() {
  std::string path = (std::filesystem::temp_directory_path() / "codelog-XXXXXX").string();
  REQUIRE(::mkdtemp(path.data()) != nullptr);
  path_ = path;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // a test may have removed its own folder
  std::filesystem::remove_all(path_, ignored);
}

std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  INFO(path);
  REQUIRE(file.is_open());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  INFO(path);
  REQUIRE(file.good());
}

coding_systems::ReleaseFiles unpack_small_release(const std::filesystem::path& data_folder,
                                                  const std::string& system_id) {
  const std::string alias = system_id + "_small_20240101";
  const auto files = coding_systems::release_files(data_folder, system_id, alias);
  std::filesystem::create_directories(files.database.parent_path());
  const auto packed = read_bytes(std::filesystem::path(CODELOG_TESTS_DIR) / "golden" / "releases" /
                                 (alias + ".sqlite3.zst"));
  std::string bytes(ZSTD_getFrameContentSize(packed.data(), packed.size()), '\0');
  const auto size = ZSTD_decompress(bytes.data(), bytes.size(), packed.data(), packed.size());
  REQUIRE(size == bytes.size());
  write_bytes(files.database, bytes);
  return files;
}

}  // namespace codelog::tests
