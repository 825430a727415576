// POST /api/v1/codelist/{owner}/ and …/{slug}/versions/.
#pragma once

#include "events/event.h"
#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::api_v1 {

// Creates the owner's codelist with that slug, or updates it.
http::Response post_codelist(application::Application& application, const http::Request& request,
                             const events::Owner& owner);

http::Response post_version(application::Application& application, const http::Request& request,
                            const events::Owner& owner, std::string_view slug);

// For an error that OpenCodelists does not have: {"error": …} with 400, 403 without the permission,
// and problem+json for faults that are not the client's.
http::Response refused(const http::Request& request, const base::Error& error);

// 401 in OpenCodelists' words.
http::Response unauthenticated(const base::Error& error);

// 405 in OpenCodelists' words.
http::Response method_not_allowed(std::string_view allow);

// The page for an address that does not exist.
http::Response not_found();

}  // namespace codelog::api_v1
