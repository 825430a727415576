// The schemas of answers about blame, changes and replays.
#pragma once

#include <string_view>

namespace codelog::api {

extern const std::string_view audit_schemas;

}  // namespace codelog::api
