// Who sends a request: `Authorization: Token <key>`, as OpenCodelists' API takes it. Only the
// token's digest is known here. Pure reads of the views.
#pragma once

#include "server/commands/executor.h"
#include "server/http/request.h"

namespace codelog::application {

// Errors: unauthenticated, in OpenCodelists' words ("No token header provided.", "Invalid token.",
// …).
base::Result<commands::Actor> authenticate(const http::Request& request,
                                           const projections::Views& views);

}  // namespace codelog::application
