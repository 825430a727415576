// Reading the statements about a person, from an ID token or from the issuer's userinfo endpoint.
// Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "server/oidc/id_token.h"

namespace codelog::oidc {

// A text of the object; empty for another type or none.
std::string text_of(const nlohmann::json& object, const char* name);

// Statements of the wrong type, and texts of more than 255 bytes, are left out. `claims` is an
// object.
Person person_of(const nlohmann::json& claims);

}  // namespace codelog::oidc
