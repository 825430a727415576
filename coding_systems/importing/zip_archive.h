// Reads the members of a zip archive as streams, for importers. Nothing is ever extracted to disk,
// and memory stays at one block for any archive; an archive inside another is held in memory,
// packed.
//
// Refused when an archive is opened: a file that is not a zip, and a truncated or damaged
// directory. Refused when a member is read, with an error that names archive and member: encrypted
// members, unknown compression, members that together unpack to more than the limits, members
// longer than declared, damaged data and wrong checksums (compared at a member's last byte). So a
// member that nobody reads stops no import.
//
// A name is UTF-8 if its bytes are, and code page 437 otherwise; a backslash stands for a slash.
// Not listed: folders, the shadow files that a Mac adds ("__MACOSX/._release.csv"), and names that
// no wanted member has (absolute, with "..", with control characters).
//
// An archive and its readers belong to one thread at a time; open it again for a second thread.
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
  std::uint64_t total_bytes_max = 20ULL << 30;  // all members together, unpacked
  std::uint64_t ratio_max = 200;  // unpacked to packed; for members above the size below
  std::uint64_t ratio_checked_from_bytes = 100'000'000;
  std::uint64_t inner_archive_bytes_max = 64ULL << 20;  // for a member that is an archive itself
};

struct ZipMember {
  std::string name;
  std::uint64_t index = 0;
  std::uint64_t size_bytes = 0;  // unpacked, as declared
};

// Reads one member from its first byte to its last. Must not outlive its archive.
class ZipMemberReader {
 public:
  // Fills the buffer as far as the member goes; returns 0 at its end, which only an undamaged
  // member reaches. Errors: invalid (damaged or longer than declared), io.
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
  // Reads the directory of the archive. Errors: not_found, invalid, io.
  static base::Result<ZipArchive> open(const std::filesystem::path& path, ZipLimits limits = {});

  // Opens a member that is itself a zip archive, one level deep. Bytes read from it also count for
  // the outer archive, so that the limits hold for all together. Otherwise independent of the outer
  // archive. Errors: invalid, io.
  base::Result<ZipArchive> open_inner(const ZipMember& member) const;

  // The file's name, without its folder; of an inner archive "OUTER: member NAME".
  const std::string& name() const { return name_; }
  const std::vector<ZipMember>& members() const { return members_; }
  // Errors: invalid, as described above.
  base::Result<ZipMemberReader> read(const ZipMember& member) const;

 private:
  struct Close {
    void operator()(zip* archive) const;
  };
  base::Result<void> add_members();
  base::Result<void> add_member(std::uint64_t index);
  base::Result<void> check_readable(const ZipMember& member) const;
  base::Result<std::vector<char>> read_whole(const ZipMember& member) const;

  ZipLimits limits_;
  std::vector<char> inner_bytes_;  // for an inner archive: archive_ reads from here
  std::unique_ptr<zip, Close> archive_;
  std::string name_;
  std::vector<ZipMember> members_;
  // Of all members read so far, unpacked. Shared by an archive and the archives inside it.
  std::shared_ptr<std::uint64_t> bytes_read_ = std::make_shared<std::uint64_t>(0);
  bool is_inner_ = false;
};

}  // namespace codelog::coding_systems
