// The text that an importer reads: a plain file, or one member of a zip archive. A stream of one
// block. Belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "coding_systems/importing/zip_archive.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

class TextSource {
 public:
  // Chooses the member of an archive to read.
  using ChooseMember = std::function<base::Result<ZipMember>(const ZipArchive&)>;

  // A path is an archive if it ends in .zip or its bytes start as a zip's. Errors: not_found,
  // invalid (a folder, a damaged archive, or an error of `choose_member`), io.
  static base::Result<TextSource> open(const std::filesystem::path& path,
                                       const ChooseMember& choose_member, ZipLimits limits);
  // As open(), for a path of known kind.
  static base::Result<TextSource> open_member(const std::filesystem::path& path,
                                              const ChooseMember& choose_member, ZipLimits limits);
  static base::Result<TextSource> open_file(const std::filesystem::path& path);

  // For errors: "codes.csv", or "release.zip: member codes.csv".
  const std::string& name() const { return name_; }
  // The file's own name, without folder or archive: "codes.csv".
  const std::string& file_name() const { return file_name_; }
  std::uint64_t size_bytes() const { return size_bytes_; }

  // Fills the buffer as far as the text goes; returns 0 at its end. Errors: invalid (a damaged
  // member), io.
  base::Result<std::size_t> read(std::span<char> buffer);

 private:
  TextSource() = default;

  std::string name_;
  std::string file_name_;
  std::uint64_t size_bytes_ = 0;
  std::ifstream file_;
  std::optional<ZipArchive> archive_;  // declared before the members that read from it
  std::optional<ZipMemberReader> member_;
};

}  // namespace codelog::coding_systems
