// The operation "backup.create" on a site:
//   {destination, with_releases?, passphrase?} -> {position, last_time, root, made_at, new_commits,
//   segments, archive_bytes, raw_bytes, keys, files, files_copied, files_missing}
#pragma once

#include <optional>
#include <string_view>

#include "events/archive/manifest.h"
#include "server/site/data_folder.h"
#include "tools/json.h"

namespace codelog::tools {

// Nothing for other operations.
std::optional<base::Result<Json>> run_backup_operation(site::DataFolder& folder,
                                                       std::string_view operation,
                                                       const Json& arguments,
                                                       const site::ReportProgress& report);

Json point_to_json(const archive::RestorePoint& point);

}  // namespace codelog::tools
