// What the fuzz targets of importers share: from bytes to the files of an archive or a folder, and
// what an import may do with them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "coding_systems/base/import_progress.h"

namespace codelog::tests {

inline constexpr char member_end = 0x1e;

// The input cut at every member_end; what is missing is empty, what is too much is left out.
std::vector<std::string> split_members(std::span<const std::uint8_t> input, std::size_t count);

struct FuzzedImport {
  const char* system_id;
  base::Result<coding_systems::ImportOutcome> (*import)(const coding_systems::ImportRequest&);
  std::vector<std::string> member_names;
};

// Makes the archive, imports it, and requires that the import was refused with a reason and left
// nothing, or made a release that opens.
void run_import(const FuzzedImport& fuzzed, std::span<const std::uint8_t> input);

}  // namespace codelog::tests
