// Passwords and API tokens.
#pragma once

#include <string>
#include <string_view>

#include "events/base/digest.h"

namespace codelog::accounts {

// Argon2id (libsodium's interactive limits: about 64 MiB and some tens of milliseconds), as its own
// text form.
std::string hash_password(std::string_view password);
// Constant time in the password. False for a hash of another kind.
bool verify_password(std::string_view hash, std::string_view password);

// 40 lower-case hexadecimal characters, as OpenCodelists' tokens are.
std::string make_token();
// What is stored instead of the token; a token has 160 random bits, so a plain digest cannot be
// searched.
base::Sha256 digest_token(std::string_view token);

}  // namespace codelog::accounts
