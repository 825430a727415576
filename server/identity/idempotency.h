// The Idempotency-Key header: the same key of the same user never acts twice, and a repeated
// request gets the first answer again.
#pragma once

#include <optional>

#include "server/commands/executor.h"
#include "server/http/request.h"

namespace codelog::identity {

// The actor and the key, if the request has one, together with a digest of method, path and body.
// Errors: invalid (a key that is empty or too long).
base::Result<commands::Write> make_write(const http::Request& request,
                                         const commands::Actor& actor);

// Finds the commit that an earlier copy of this request made. For endpoints that must ask before
// they interpret the request, because the things that it names may be gone by now. Errors:
// unprocessable (the key was used for another request).
base::Result<std::optional<events::Commit>> find_repeated(const commands::Site& site,
                                                          const commands::Write& write);

// The codelist whose stream a commit touched.
std::optional<base::CodelistId> codelist_of(const events::Commit& commit);

// The codelist's handle right after the commit, even if it has changed since; a repeated request
// must get this one. Nothing if the commit touched no codelist, or deleted it.
std::optional<projections::Handle> handle_after(const commands::Site& site,
                                                const events::Commit& commit);

}  // namespace codelog::identity
