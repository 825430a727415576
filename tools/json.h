// JSON of operations: what the command line prints, and sends to a running server.
#pragma once

#include "server/site/admin_protocol.h"

namespace codelog::tools {

using site::Json;

}  // namespace codelog::tools
