// The JSON schemas of a version's rows and of pictures.
#pragma once

#include <string_view>

namespace codelog::api {

extern const std::string_view listing_schemas;

}  // namespace codelog::api
