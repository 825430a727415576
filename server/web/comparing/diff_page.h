// The page that compares two versions, at OpenCodelists' address. Pure.
#pragma once

#include <string_view>

#include "server/application/application.h"
#include "server/http/response.h"

namespace codelog::web {

// `other`: a hash or a tag (files::find_other_version). The draft's page for a draft on the left.
http::Response diff_page(application::Application& application, const http::Request& request,
                         const events::Owner& owner, std::string_view slug,
                         std::string_view tag_or_hash, std::string_view other);

}  // namespace codelog::web
