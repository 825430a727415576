// Imports a release into a data folder: this process makes the file, even if another has the folder
// open, and the registry of the site registers it in the log.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "coding_systems/importing/import_progress.h"
#include "server/site/import_registry.h"
#include "server/site/progress.h"

namespace codelog::site {

struct Importer {
  std::string_view system_id;
  base::Result<coding_systems::ImportOutcome> (*import)(const coding_systems::ImportRequest&);
};

// The importers of the coding systems that can be imported.
std::span<const Importer> importers();
const Importer* find_importer(std::string_view system_id);
// "snomedct, bnf, dmd".
std::string importable_systems();

struct ReleaseImport {
  std::string system_id;  // an importable system (checked)
  std::filesystem::path archive;
  std::string release_name;
  std::string valid_from;  // YYYY-MM-DD
};

struct ImportedRelease {
  std::string alias;
  coding_systems::ImportOutcome outcome;
  base::Position position;  // of the commit that registered it
  double seconds = 0;
};

// Errors: invalid (name, day, content of the archive), conflict (a release with another name has
// the alias; it stays unchanged), not_found (the archive), io, unavailable (`report` has returned
// false), and those of the registry. A dm+d release also adds its pairs to the mapping of previous
// VMPs.
base::Result<ImportedRelease> import_release(const std::filesystem::path& data,
                                             const ReleaseImport& command, ImportRegistry& registry,
                                             const ReportProgress& report);

}  // namespace codelog::site
