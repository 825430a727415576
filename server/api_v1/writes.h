// POST /api/v1/codelist/{owner}/ and …/{slug}/versions/.
#pragma once

#include "events/event.h"
#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::api_v1 {

// Creates the owner's codelist of that slug, or updates it.
http::Response post_codelist(application::Application& application, const http::Request& request,
                             const events::Owner& owner);

http::Response post_version(application::Application& application, const http::Request& request,
                            const events::Owner& owner, std::string_view slug);

// An error that is none of OpenCodelists' own: {"error": …} with 400, 403 without the permission,
// and problem+json for what is not the client's fault.
http::Response refused(const http::Request& request, const base::Error& error);

// 401 in OpenCodelists' words.
http::Response unauthenticated(const base::Error& error);

// 405 in OpenCodelists' words.
http::Response method_not_allowed(std::string_view allow);

// The page that says that there is nothing at this address.
http::Response not_found();

}  // namespace codelog::api_v1
