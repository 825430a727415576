// The schemas of upgrades and their reports, as JSON text: a part of schemas().
#pragma once

#include <string_view>

namespace codelog::api {

extern const std::string_view upgrade_schemas;

}  // namespace codelog::api
