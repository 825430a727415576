#include "server/accounts/passwords.h"

#include <sodium.h>

#include <array>

#include "events/base/check.h"

namespace codelog::accounts {

std::string hash_password(std::string_view password) {
  std::array<char, crypto_pwhash_STRBYTES> text{};
  const int hashed =
      crypto_pwhash_str(text.data(), password.data(), password.size(),
                        crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE);
  CODELOG_CHECK(hashed == 0, "no memory left to hash a password");
  return text.data();
}

bool verify_password(std::string_view hash, std::string_view password) {
  return crypto_pwhash_str_verify(std::string(hash).c_str(), password.data(), password.size()) == 0;
}

std::string make_token() {
  std::array<std::uint8_t, 20> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return base::to_hex(bytes);
}

base::Sha256 digest_token(std::string_view token) {
  return base::sha256({"codelog token\n", token});
}

}  // namespace codelog::accounts
