// The schemas of histories, as JSON text: a part of schemas().
#pragma once

#include <string_view>

namespace codelog::api {

extern const std::string_view history_schemas;

}  // namespace codelog::api
