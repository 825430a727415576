// Imports a release into a data folder: the file is made by this process, whoever has the folder
// open; registering it in the log is an operation on the site (admin_operations.h).
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "coding_systems/base/import_progress.h"
#include "tools/site_access.h"

namespace codelog::tools {

struct Importer {
  std::string_view system_id;
  base::Result<coding_systems::ImportOutcome> (*import)(const coding_systems::ImportRequest&);
};

// Those of the coding systems that can be imported.
std::span<const Importer> importers();
const Importer* find_importer(std::string_view system_id);
// "snomedct, bnf, dmd".
std::string importable_systems();

struct ReleaseImport {
  std::string system_id;  // one that can be imported (checked)
  std::filesystem::path archive;
  std::string release_name;
  std::string valid_from;  // YYYY-MM-DD
};

struct ImportedRelease {
  std::string alias;
  coding_systems::ImportOutcome outcome;
  std::uint64_t position = 0;  // of the commit that registered it
  double seconds = 0;
};

// Errors: invalid (name, day, what is in the archive), conflict (the alias belongs to a release of
// another name, which stays as it is), not_found (the archive), io, and those of SiteAccess.
// A dm+d release adds its pairs to the mapping of previous VMPs, too.
base::Result<ImportedRelease> import_release(const DataFolderOptions& folder,
                                             const ReleaseImport& command,
                                             const ReportProgress& report);

}  // namespace codelog::tools
