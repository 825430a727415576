// The schemas of the site itself. Part of schemas.cpp.
#pragma once

#include <string_view>

namespace codelog::api {

extern const std::string_view site_schemas;

}  // namespace codelog::api
