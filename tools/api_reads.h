// Reads of the native API for the command line, without a socket: what an administrator sees.
#pragma once

#include "server/application/application.h"
#include "tools/json.h"

namespace codelog::tools {

// {endpoint: operationId, path: {name: text}, query: {name: text}, csv?} -> the answer; with csv,
// {csv, next: address or null}. Errors: those of the endpoint; invalid (none that the command line
// uses).
base::Result<Json> read_api(application::Application& application, const Json& arguments);

}  // namespace codelog::tools
