// Writes a gzip file without a time in it, so that the same text gives the same bytes.
#pragma once

#include <filesystem>
#include <string>

#include "events/base/result.h"

namespace codelog::demo {

// Replaces an existing file. Errors: io.
base::Result<void> write_gzip(const std::filesystem::path& path, const std::string& text);

}  // namespace codelog::demo
