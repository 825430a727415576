// Passwords and API tokens. Safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "events/base/digest.h"
#include "events/base/result.h"

namespace codelog::accounts {

// Argon2id (libsodium's interactive limits: about 64 MiB and some tens of milliseconds), in its own
// text form. The process hashes or verifies only a few passwords at a time and others wait briefly,
// so that sign-ins never take more memory, however many there are. Errors: unavailable (too many at
// once, or no memory).
base::Result<std::string> hash_password(std::string_view password);
// Takes constant time in the password. Returns false for a hash of another kind. Errors: as
// hash_password.
base::Result<bool> verify_password(std::string_view hash, std::string_view password);

// 40 lower-case hexadecimal characters, like OpenCodelists' tokens.
std::string make_token();
// The stored form of a token. A token has 160 random bits, so nobody can find it from a plain
// digest.
base::Sha256 digest_token(std::string_view token);

}  // namespace codelog::accounts
