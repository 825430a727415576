// The schemas of comparisons, as JSON text: a part of schemas().
#pragma once

#include <string_view>

namespace codelog::api {

extern const std::string_view comparison_schemas;

}  // namespace codelog::api
