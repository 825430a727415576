// Finds the files of a dm+d release in its archive. See import.h for the layout.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "coding_systems/dmd/schema.h"
#include "coding_systems/importing/zip_archive.h"

namespace codelog::coding_systems::dmd {

constexpr std::size_t parts_count = 8;

struct PartMember {
  std::size_t archive = 0;  // number in ReleaseMembers::archives
  ZipMember member;
};

struct ReleaseMembers {
  std::vector<ZipArchive> archives;  // the release's own archive, and inner archives with a part
  std::array<PartMember, parts_count> parts;  // indexed by Part
  std::uint64_t size_bytes = 0;               // all parts together
};

// The start of the publisher's name for a part's files: "f_vmp2".
std::string_view file_start(Part part);

// Skips unreadable inner archives, unless a part is missing. Errors: invalid, naming the file that
// is missing or repeated, and those of the archives.
base::Result<ReleaseMembers> find_members(ZipArchive archive);

}  // namespace codelog::coding_systems::dmd
