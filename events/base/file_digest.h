// The digest of a large file, for background work. Functions without state.
#pragma once

#include <filesystem>
#include <stop_token>

#include "events/base/digest.h"

namespace codelog::base {

// As sha256_file(path), but stops on request. Errors: those, and unavailable (stopped).
Result<Sha256> sha256_file(const std::filesystem::path& path, const std::stop_token& stop);

}  // namespace codelog::base
