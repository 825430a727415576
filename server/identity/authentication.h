// Finds the user of a request. Reads the views; notes when a token or session was used.
//
// Programs send `Authorization: Token <key>`, as to OpenCodelists' API; the site knows only the
// token's digest. Browsers send a session's cookie.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "server/commands/executor.h"
#include "server/http/request.h"

namespace codelog::identity {

// The user of the token. Errors: unauthenticated, in OpenCodelists' words ("No token header
// provided.", "Invalid token.", …).
base::Result<commands::Actor> authenticate(const http::Request& request,
                                           const projections::Views& views,
                                           const commands::Site& site);

// Somebody who is signed in in a browser.
struct Visitor {
  commands::Actor actor;
  base::Sha256 session{};  // digest
};
// Nothing if nobody is signed in, or no longer.
std::optional<Visitor> find_visitor(const http::Request& request, const projections::Views& views,
                                    const commands::Site& site);

// Whose reading it is: the user of the token, or else of the session; nobody's, if neither is good.
projections::Reader find_reader(const http::Request& request, const projections::Views& views,
                                const commands::Site& site);
// True if the request says who asks, rightly or not.
bool names_a_reader(const http::Request& request);

// The user of the token or, without an Authorization header, of the session. A session may change
// something only in a genuine request of this site's pages (form_token.h). Errors: unauthenticated;
// forbidden (a session's request that may be forged).
base::Result<commands::Actor> authenticate_any(const http::Request& request,
                                               const commands::Site& site,
                                               const projections::Views& views,
                                               std::span<const std::string> site_addresses);

}  // namespace codelog::identity
