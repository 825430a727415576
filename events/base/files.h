// Files written so that they survive a power cut: whole, or not at all.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "events/base/result.h"

namespace codelog::base {

// Reads a whole file. Errors: not_found, io.
Result<std::string> read_file(const std::filesystem::path& path);

// Writes beside the target, syncs, renames over it and syncs the folder. `mode` as in chmod.
Result<void> write_file_durably(const std::filesystem::path& path, std::string_view bytes,
                                unsigned mode = 0644);

// The same of a file whose start is known later than the rest: when `bytes` are written, what
// `make_start` gives is written over their first ones. It is no longer than they are.
Result<void> write_file_durably(const std::filesystem::path& path, std::string_view bytes,
                                const std::function<Result<std::string>()>& make_start,
                                unsigned mode = 0644);

// Makes what an earlier process wrote to a file durable, and lets what is read of it afterwards
// come from the disk: a sync that failed leaves bytes in memory that look good and are nowhere
// else.
Result<void> sync_file(const std::filesystem::path& path);

// Removes a file for good: it is overwritten, and that is on the disk, before its name goes, since
// the blocks of a removed file may linger. No error when there is none.
Result<void> destroy_file(const std::filesystem::path& path);

// Makes the folder's entries (new, renamed and removed files) durable.
Result<void> sync_folder(const std::filesystem::path& folder);

}  // namespace codelog::base
