// Operations on the log's keys and cosignatures, which need no views:
// - log.keys {} -> {origin (text or null), keys: [{key, signs, made_at}], cosigners: [key]}
// - log.rotate_key {retire_old?}, log.trust {key}, log.distrust {name} -> as log.keys
// - log.cosign {checkpoint} -> {added, checkpoint}
#pragma once

#include <optional>
#include <string_view>

#include "server/site/data_folder.h"
#include "tools/json.h"

namespace codelog::tools {

// Nothing for other operations.
std::optional<base::Result<Json>> run_proof_operation(site::DataFolder& folder,
                                                      std::string_view operation,
                                                      const Json& arguments);

// Compares the log with the end that was verified last in this folder (DATA/log-verified), which a
// log that only grows still has. Returns the problem, if there is one. Errors: io.
base::Result<std::optional<std::string>> compare_with_verified(site::DataFolder& folder,
                                                               const events::Head& head);
// Remembers this end. Errors: io.
base::Result<void> remember_verified(site::DataFolder& folder, const events::Head& head);

}  // namespace codelog::tools
