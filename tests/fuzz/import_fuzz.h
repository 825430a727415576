// Shared by the fuzz targets of importers: turns bytes into the files of an archive or a folder,
// and checks the result of an import.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "coding_systems/importing/import_progress.h"

namespace codelog::tests {

inline constexpr char member_end = 0x1e;

using Input = std::span<const std::uint8_t>;

// The input cut at every member_end. Missing members are empty; extra ones are left out.
std::vector<std::string> split_members(Input input, std::size_t count);

// A folder of this process's own; in memory if the machine has such a file system.
const std::filesystem::path& working_folder();

// Writes an archive of these members into the working folder, replacing one of the same name.
std::filesystem::path write_archive(const std::string& file_name,
                                    const std::vector<std::string>& member_names,
                                    const std::vector<std::string>& members);
std::filesystem::path write_gzip(const std::string& file_name, const std::string& text);

using Importer = std::function<base::Result<coding_systems::ImportOutcome>(
    const coding_systems::ImportRequest&)>;

// Imports the archive. The import must give a reason and leave nothing, or make a file; the file of
// a coding system must open as a release.
void check_import(const char* system_id, const Importer& import,
                  const std::filesystem::path& archive);
void check_mapping_import(const char* mapping, const Importer& import,
                          const std::filesystem::path& archive);

}  // namespace codelog::tests
