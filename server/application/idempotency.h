// The Idempotency-Key header: the same key of the same user never acts twice, and a repeated
// request gets the answer of the first.
#pragma once

#include <optional>

#include "server/commands/executor.h"
#include "server/http/request.h"

namespace codelog::application {

// Who writes, with the request's key if it has one; the request is recognised by method, path and
// body. Errors: invalid (a key that is empty or too long).
base::Result<commands::Write> make_write(const http::Request& request,
                                         const commands::Actor& actor);

// The commit that this very request made before; for what must be asked before the request is even
// understood, since what it speaks of may be gone by now. Errors: unprocessable (the key was used
// for another request).
base::Result<std::optional<events::Commit>> find_repeated(const commands::Site& site,
                                                          const commands::Write& write);

// The codelist whose stream a commit touched.
std::optional<base::CodelistId> codelist_of(const events::Commit& commit);

// The codelist's handle as the commit left it, wherever it has moved since: what a repeated request
// is told. Nothing for a commit that touched no codelist, or ended it.
std::optional<projections::Handle> handle_after(const commands::Site& site,
                                                const events::Commit& commit);

}  // namespace codelog::application
