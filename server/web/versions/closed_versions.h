// Tells people that a version of theirs was closed, because somebody else published another one.
#pragma once

#include <string>
#include <vector>

#include "server/web/visit.h"

namespace codelog::web {

// Up to which position this browser's user has been told.
inline constexpr const char* told_cookie = "told";

// Adds a notice for each version of the visitor (who is signed in) that was closed since. Returns
// the cookie's new value; empty: as before.
std::string add_closed_versions(const Visit& visit, std::vector<pages::Notice>& notices);

}  // namespace codelog::web
