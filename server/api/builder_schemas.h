// The JSON schemas of what the builder reads and writes; schemas.h adds them to the others.
#pragma once

#include <string_view>

namespace codelog::api {

extern const std::string_view builder_schemas;

}  // namespace codelog::api
