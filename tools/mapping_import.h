// Imports a mapping into a data folder, like release_import.h: this process makes the file, and an
// operation on the site registers it in the log.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/importing/import_progress.h"
#include "mappings/dmdvmpprevmap/previous_vmps.h"
#include "tools/site_access.h"

namespace codelog::tools {

// "bnfdmd, ctv3sctmap2, dmdvmpprevmap".
std::string importable_mappings();

struct MappingImport {
  std::string mapping;  // an importable mapping (checked)
  std::filesystem::path source;
  std::string release_name;
  std::string valid_from;  // YYYY-MM-DD
};

struct ImportedMapping {
  std::string name;  // the release that the file is registered as
  std::string file_stem;
  coding_systems::ImportOutcome outcome;
  std::uint64_t position = 0;  // of the commit that registered it
  double seconds = 0;
};

// Errors: invalid (name, day, content of the source), conflict (another release has the file name;
// it stays unchanged), not_found (the source), io, and those of SiteAccess.
base::Result<ImportedMapping> import_mapping(const site::DataFolderOptions& folder,
                                             const MappingImport& command,
                                             const site::ReportProgress& report);

// Adds pairs to the mapping of previous VMPs. `command.source` says where the pairs come from.
// Errors: as above.
base::Result<ImportedMapping> add_previous_vmps(const site::DataFolderOptions& folder,
                                                const MappingImport& command,
                                                const std::vector<mappings::PreviousVmp>& pairs);

}  // namespace codelog::tools
