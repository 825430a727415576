// Imports a mapping into a data folder, as release_import.h does a release: the file is made by
// this process; registering it in the log is an operation on the site.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/import_progress.h"
#include "mappings/dmdvmpprevmap/previous_vmps.h"
#include "tools/site_access.h"

namespace codelog::tools {

// "bnfdmd, ctv3sctmap2, dmdvmpprevmap".
std::string importable_mappings();

struct MappingImport {
  std::string mapping;  // one that can be imported (checked)
  std::filesystem::path source;
  std::string release_name;
  std::string valid_from;  // YYYY-MM-DD
};

struct ImportedMapping {
  std::string name;  // of the release that the file is registered as
  std::string file_stem;
  coding_systems::ImportOutcome outcome;
  std::uint64_t position = 0;  // of the commit that registered it
  double seconds = 0;
};

// Errors: invalid (name, day, what is in the source), conflict (the file's name belongs to another
// release, which stays as it is), not_found (the source), io, and those of SiteAccess.
base::Result<ImportedMapping> import_mapping(const DataFolderOptions& folder,
                                             const MappingImport& command,
                                             const ReportProgress& report);

// Adds pairs to the mapping of previous VMPs. `command.source` says where they come from. Errors:
// as above.
base::Result<ImportedMapping> add_previous_vmps(const DataFolderOptions& folder,
                                                const MappingImport& command,
                                                const std::vector<mappings::PreviousVmp>& pairs);

}  // namespace codelog::tools
