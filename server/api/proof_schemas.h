// The schemas of contents, sign-offs and proofs, as JSON text: a part of schemas().
#pragma once

#include <string_view>

namespace codelog::api {

extern const std::string_view proof_schemas;

}  // namespace codelog::api
