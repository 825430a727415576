// Passwords and API tokens. Safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "events/base/digest.h"
#include "events/base/result.h"

namespace codelog::accounts {

// Argon2id (libsodium's interactive limits: about 64 MiB and some tens of milliseconds), as its own
// text form. Few passwords are hashed or verified at a time, in the whole process, and others wait
// for a moment, so that logging in takes no more memory than that, whoever tries it how often.
// Errors: unavailable (too many at once, or no memory).
base::Result<std::string> hash_password(std::string_view password);
// Constant time in the password. False for a hash of another kind. Errors as hash_password.
base::Result<bool> verify_password(std::string_view hash, std::string_view password);

// 40 lower-case hexadecimal characters, as OpenCodelists' tokens are.
std::string make_token();
// What is stored instead of the token; a token has 160 random bits, so a plain digest cannot be
// searched.
base::Sha256 digest_token(std::string_view token);

}  // namespace codelog::accounts
