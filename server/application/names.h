// OpenCodelists' names of things in JSON. Pure.
#pragma once

#include <string>
#include <string_view>

#include "projections/views.h"

namespace codelog::application {

// "test-org/statins" or "user/alice/statins".
std::string full_slug(const projections::Handle& handle);

}  // namespace codelog::application
