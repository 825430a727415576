// Operations on who may read (server/commands/access_commands.h):
// - access.list {} -> {site, owners, codelists}: what is restricted
// - access.set {subject, access} -> {subject, access, changed, position}
#pragma once

#include <optional>
#include <string_view>

#include "server/application/application.h"
#include "tools/json.h"

namespace codelog::tools {

// Nothing, if this is not one of these operations.
std::optional<base::Result<Json>> run_access_operation(application::Application& application,
                                                       std::string_view operation,
                                                       const Json& arguments);

}  // namespace codelog::tools
