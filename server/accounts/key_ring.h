// The keys that open people's sealed data: one random key a user, in a file of its own under
// DATA/keys/users (0600), outside the log. Destroying the file erases the person: the ciphertexts
// in the log stay, and every proof over them holds, but nobody can read them again. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "events/base/mutex.h"
#include "events/base/result.h"
#include "events/event.h"

namespace codelog::accounts {

class KeyRing {
 public:
  // Makes the folder (0700) where it is missing. Errors: io.
  static base::Result<std::unique_ptr<KeyRing>> open(const std::filesystem::path& folder);
  ~KeyRing();

  // Makes a key for the user, durable when this returns. Where there is a key it stays: what it has
  // sealed must go on opening. Errors: io; corrupt (there is one, and it is damaged).
  base::Result<void> make_key(std::string_view username);

  // Seals with the user's key. The username is bound in: a ciphertext moved to another user does
  // not open. Errors: not_found (there is no key: it was never made, or has been erased), corrupt
  // (the key is damaged), io.
  base::Result<events::Sealed> seal(std::string_view username, std::string_view plaintext) const;

  // Errors: not_found (there is no key: it has been erased), corrupt (the key is damaged, or is not
  // the one that sealed this), io.
  base::Result<std::string> open_sealed(std::string_view username,
                                        const events::Sealed& sealed) const;

  // Destroys the key: overwritten, removed, and the folder synced. Erasing twice is no error.
  // Errors: io.
  base::Result<void> erase(std::string_view username);

 private:
  using Key = std::array<std::uint8_t, 32>;

  explicit KeyRing(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path file_of(std::string_view username) const;
  base::Result<Key> load(std::string_view username) const REQUIRES(mutex_);

  const std::filesystem::path folder_;
  mutable base::Mutex mutex_;
  mutable std::unordered_map<std::string, Key> keys_ GUARDED_BY(mutex_);
};

}  // namespace codelog::accounts
