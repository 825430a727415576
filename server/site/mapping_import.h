// Imports a mapping into a data folder, like release_import.h.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/importing/import_progress.h"
#include "mappings/dmdvmpprevmap/previous_vmps.h"
#include "server/site/import_registry.h"
#include "server/site/progress.h"

namespace codelog::site {

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
  base::Position position;  // of the commit that registered it
  double seconds = 0;
};

// Errors: invalid (name, day, content of the source), conflict (another release has the file name;
// it stays unchanged), not_found (the source), io, unavailable (`report` has returned false), and
// those of the registry.
base::Result<ImportedMapping> import_mapping(const std::filesystem::path& data,
                                             const MappingImport& command, ImportRegistry& registry,
                                             const ReportProgress& report);

// Adds pairs to the mapping of previous VMPs. `command.source` says where the pairs come from.
// Errors: as above.
base::Result<ImportedMapping> add_previous_vmps(const std::filesystem::path& data,
                                                const MappingImport& command,
                                                ImportRegistry& registry,
                                                const std::vector<mappings::PreviousVmp>& pairs);

}  // namespace codelog::site
