// Small releases of systems for which OpenCodelists has none, imported from made-up tables.
#pragma once

#include <filesystem>

namespace codelog::tests {

// readv2_small_20240101 (asthma and its neighbours) and opcs4_small_20240101 (excisions), as a data
// folder.
void import_made_up_releases(const std::filesystem::path& data_folder);

}  // namespace codelog::tests
