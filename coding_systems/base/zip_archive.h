// Reads the members of a zip archive as streams, for importers. Nothing is ever extracted to disk,
// and memory stays at one block whatever the archive holds; an archive that is a member of another
// is held in memory, packed.
//
// Refused, with an error that names the archive and the member: what is not a zip, a truncated
// archive, encrypted members, unknown compression, member names that leave the archive ("../",
// absolute, control characters), archives that unpack to more than the limits, members longer than
// they declare, damaged data and wrong checksums (a member's checksum is compared when its last
// byte has been read).
//
// Not listed: folders, and the shadows that a Mac adds ("__MACOSX/._release.csv").
//
// An archive and its readers belong to one thread at a time; open it once more for a second thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "events/base/result.h"

struct zip;
struct zip_file;

namespace codelog::coding_systems {

// An honest release shrinks about ten times; a "zip bomb" thousands of times.
struct ZipLimits {
  std::uint64_t total_bytes_max = 20ULL << 30;  // of all members, unpacked
  std::uint64_t ratio_max = 200;  // unpacked to packed, of members above the size below
  std::uint64_t ratio_checked_from_bytes = 100'000'000;
  std::uint64_t inner_archive_bytes_max = 64ULL << 20;  // of a member that is an archive itself
};

struct ZipMember {
  std::string name;
  std::uint64_t index = 0;
  std::uint64_t size_bytes = 0;  // unpacked, as declared
};

// One member, read from its first byte to its last. Must not outlive its archive.
class ZipMemberReader {
 public:
  // Fills the buffer as far as the member goes; 0 at its end, which is only reached by an undamaged
  // member. Errors: invalid (damaged or longer than declared), io.
  base::Result<std::size_t> read(std::span<char> buffer);

 private:
  friend class ZipArchive;
  struct Close {
    void operator()(zip_file* file) const;
  };

  std::unique_ptr<zip_file, Close> file_;
  std::string where_;  // archive and member, for errors
  std::uint64_t remaining_bytes_ = 0;
};

class ZipArchive {
 public:
  // Reads the directory of the archive and checks every member's entry. Errors: not_found, invalid,
  // io.
  static base::Result<ZipArchive> open(const std::filesystem::path& path, ZipLimits limits = {});

  // Opens a member that is a zip archive itself, one level deep. What it unpacks to counts as the
  // outer archive's, so that the limits hold for all of them together. Independent of the outer
  // archive from then on. Errors: invalid, io.
  base::Result<ZipArchive> open_inner(const ZipMember& member);

  // The file's name, without its folder; of an inner archive "OUTER: member NAME".
  const std::string& name() const { return name_; }
  const std::vector<ZipMember>& members() const { return members_; }
  base::Result<ZipMemberReader> read(const ZipMember& member) const;

 private:
  struct Close {
    void operator()(zip* archive) const;
  };
  base::Result<void> add_members();
  base::Result<void> add_member(std::uint64_t index);
  base::Result<std::vector<char>> read_whole(const ZipMember& member) const;

  ZipLimits limits_;
  std::vector<char> inner_bytes_;  // what archive_ reads from, of an inner archive
  std::unique_ptr<zip, Close> archive_;
  std::string name_;
  std::vector<ZipMember> members_;
  std::uint64_t total_bytes_ = 0;  // of the outer archive and its other inner ones, too
  bool is_inner_ = false;
};

}  // namespace codelog::coding_systems
