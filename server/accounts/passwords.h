// Passwords and API tokens. Safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/base/digest.h"
#include "events/base/result.h"

namespace codelog::accounts {

inline constexpr std::size_t password_bytes_max = 1024;

// Argon2id (libsodium's interactive limits: about 64 MiB and some tens of milliseconds), in its own
// text form. The process hashes or verifies only a few passwords at a time and others wait briefly,
// so that sign-ins never take more memory, however many there are. Errors: unavailable (too many at
// once, or no memory).
base::Result<std::string> hash_password(std::string_view password);
// Also knows Django's `pbkdf2_sha256$ITERATIONS$SALT$HASH`, which users bring from OpenCodelists.
// Takes constant time in the password. Returns false for a hash of another kind. Errors: as
// hash_password.
base::Result<bool> verify_password(std::string_view hash, std::string_view password);
// True for a hash that hash_password() would make otherwise today: replace it when its user signs
// in.
bool is_outdated(std::string_view hash);
// Takes as long as a wrong password, and fails as it would, so that nobody learns from a clock or
// an error which users exist. Errors: as hash_password.
base::Result<void> pretend_to_verify(std::string_view password);

// Why the password is too easy to guess, for its owner to read; nothing if it will do. Asks for
// OpenCodelists' policy: at least 8 characters, not all digits, not common, not like the person's
// own data.
std::optional<std::string> weakness_of(std::string_view password, std::string_view username,
                                       std::string_view name, std::string_view email);

// 40 lower-case hexadecimal characters, like OpenCodelists' tokens.
std::string make_token();
// The value of a session's cookie: 256 random bits in hexadecimal.
std::string make_session_id();
// The stored form of a token. A token has 160 random bits, so nobody can find it from a plain
// digest.
base::Sha256 digest_token(std::string_view token);
base::Sha256 digest_session_id(std::string_view id);

}  // namespace codelog::accounts
