// Finds the user of a request from `Authorization: Token <key>`, as OpenCodelists' API does. The
// site knows only the token's digest. Pure reads of the views.
#pragma once

#include "server/commands/executor.h"
#include "server/http/request.h"

namespace codelog::identity {

// Errors: unauthenticated, in OpenCodelists' words ("No token header provided.", "Invalid token.",
// …).
base::Result<commands::Actor> authenticate(const http::Request& request,
                                           const projections::Views& views);

}  // namespace codelog::identity
