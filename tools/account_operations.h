// Operations on accounts that OpenCodelists has commands for:
// - user.change {username, name?, email?, is_admin?, organisation?} -> {username, changed,
// position}
// - user.spam {erase?} -> {users: [{username, name, email, reasons, erased}]}
#pragma once

#include <optional>
#include <string_view>

#include "server/application/application.h"
#include "tools/json.h"

namespace codelog::tools {

// Nothing, if this is not one of these operations.
std::optional<base::Result<Json>> run_account_operation(application::Application& application,
                                                        std::string_view operation,
                                                        const Json& arguments);

}  // namespace codelog::tools
