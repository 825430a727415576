// The secret files of a site as one object, sealed with a passphrase:
//
//   "codelog-keys 1\n"
//   {"kdf": "argon2id13", "salt": …, …}\n      how the key is derived from the passphrase
//   a message of libsodium's secretstream (XChaCha20-Poly1305); the two lines are authenticated too
//
// Pure functions. Each derives a key, which takes a quarter of a second and 128 MiB.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "events/base/result.h"

namespace codelog::archive {

// By name in the folder of keys: "users/….key", "log-signing".
using KeyFiles = std::map<std::string, std::string>;

// Errors: invalid (the passphrase is empty), unavailable (not enough memory).
base::Result<std::string> seal_keys(const KeyFiles& files, std::string_view passphrase);

// Errors: forbidden (another passphrase, or damaged bytes), corrupt (not such an object),
// unavailable (not enough memory).
base::Result<KeyFiles> open_keys(std::string_view object, std::string_view passphrase);

// Overwrites the bytes in memory.
void forget(KeyFiles& files);
void forget(std::string& secret);

}  // namespace codelog::archive
