// The small releases behind the golden vectors, as a data folder. The files are OpenCodelists' own;
// tests/golden/releases holds them compressed.
#pragma once

#include <filesystem>
#include <string>

#include "coding_systems/index/release_files.h"

namespace codelog::tests {

// A folder of its own, removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

constexpr const char* small_snomedct = "snomedct_small_20240101";
constexpr const char* small_bnf = "bnf_small_20240101";
constexpr const char* small_dmd = "dmd_small_20240101";
constexpr const char* small_icd10 = "icd10_small_20240101";
constexpr const char* small_ctv3 = "ctv3_small_20240101";

// Unpacks a release into DATA/coding_systems/<system>/, without an index.
coding_systems::ReleaseFiles unpack_small_release(const std::filesystem::path& data_folder,
                                                  const std::string& system_id);

// Reads or writes whole files; a failure ends the test.
std::string read_bytes(const std::filesystem::path& path);
void write_bytes(const std::filesystem::path& path, const std::string& bytes);

}  // namespace codelog::tests
