// The JSON schemas of finding things on the site, and of checking tables before they are uploaded.
#pragma once

#include <string_view>

namespace codelog::api {

extern const std::string_view find_schemas;

}  // namespace codelog::api
