// The keys to people's sealed data: one random key for each user, in a file of its own under
// DATA/keys/users (0600), outside the log. Destroying the file erases the person: the ciphertexts
// and all proofs in the log stay, but nobody can read the data again. Beside them is a secret of
// the site, which signs what clients bring back (links in mails, form tokens). Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "events/base/mutex.h"
#include "events/base/result.h"
#include "events/event.h"

namespace codelog::accounts {

class KeyRing {
 public:
  // Creates the folder (0700) if it is missing. Errors: io.
  static base::Result<std::unique_ptr<KeyRing>> open(const std::filesystem::path& folder);
  ~KeyRing();

  // Makes a key for the user, durable when this returns. An existing key stays, because it must
  // still open the data that it sealed. Errors: io; corrupt (the existing key is damaged).
  base::Result<void> make_key(std::string_view username);

  // Takes the user's key from the folder of another key ring, durably. Errors: not_found (no key
  // there), corrupt (it is damaged), io.
  base::Result<void> take_key(const std::filesystem::path& folder, std::string_view username);

  // As above, with the bytes of that key's file. Errors: corrupt, io.
  base::Result<void> take_key_bytes(std::string_view username, std::string_view bytes);
  // The name of a user's key file in the folder of any key ring.
  static std::string file_name(std::string_view username);

  // Seals with the user's key. The username is part of the seal, so a ciphertext moved to another
  // user does not open. Errors: not_found (no key: never made, or erased), corrupt (the key is
  // damaged), io.
  base::Result<events::Sealed> seal(std::string_view username, std::string_view plaintext) const;

  // Errors: not_found (no key: it has been erased), corrupt (the key is damaged, or another key
  // sealed this), io.
  base::Result<std::string> open_sealed(std::string_view username,
                                        const events::Sealed& sealed) const;

  // A message authentication code (HMAC-SHA-256) of the text under the site's secret. `purpose`
  // keeps codes for different uses apart, and contains no zero byte. The secret is the file
  // DATA/keys/site-secret; deleting it ends all links in mails.
  base::Sha256 sign(std::string_view purpose, std::string_view text) const;

  // Destroys the key: overwrites and removes its file, and syncs the folder. Erasing twice is not
  // an error. Errors: io.
  base::Result<void> erase(std::string_view username);

 private:
  using Key = std::array<std::uint8_t, 32>;

  explicit KeyRing(std::filesystem::path folder) : folder_(std::move(folder)) {}
  static Key open_secret(const std::filesystem::path& folder);
  static std::filesystem::path file_of(const std::filesystem::path& folder,
                                       std::string_view username);
  static base::Result<Key> parse(std::string_view username, std::string_view bytes);
  static base::Result<Key> read(const std::filesystem::path& folder, std::string_view username);
  base::Result<void> write(std::string_view username, const Key& key) REQUIRES(mutex_);
  base::Result<Key> load(std::string_view username) const REQUIRES(mutex_);

  const std::filesystem::path folder_;
  mutable base::Mutex mutex_;
  mutable std::optional<Key> secret_ GUARDED_BY(mutex_);  // read or made at its first use
  mutable std::map<std::string, Key, std::less<>> keys_ GUARDED_BY(mutex_);
};

}  // namespace codelog::accounts
