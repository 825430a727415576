#include "server/accounts/passwords.h"

#include <sodium.h>
#include <sys/mman.h>

#include <array>

#include "events/base/slots.h"

namespace codelog::accounts {

namespace {

// 256 MiB in total.
constexpr std::size_t hashes_at_once_max = 4;
constexpr std::size_t hashes_waiting_max = 16;

base::Slots& hashes() {
  static base::Slots slots({.count = hashes_at_once_max, .waiting_max = hashes_waiting_max});
  return slots;
}

base::Error not_now(std::string why) {
  return {base::ErrorCode::unavailable, std::move(why) + "; try again soon", {}};
}

base::Error too_many() { return not_now("too many passwords are being checked at this moment"); }

// Whether the process may have as much more as a hash takes.
bool is_memory_left() {
  constexpr std::size_t bytes = crypto_pwhash_MEMLIMIT_INTERACTIVE;
  void* const probe =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (probe == MAP_FAILED) return false;
  ::munmap(probe, bytes);
  return true;
}

base::Error no_memory() { return not_now("there is too little memory to check a password"); }

}  // namespace

base::Result<std::string> hash_password(std::string_view password) {
  const auto slot = hashes().take();
  if (!slot) return too_many();
  std::array<char, crypto_pwhash_STRBYTES> text{};
  const int hashed =
      crypto_pwhash_str(text.data(), password.data(), password.size(),
                        crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE);
  // Only memory can be the reason: the limits are constants, and the password's length was checked.
  if (hashed != 0) return no_memory();
  return std::string(text.data());
}

base::Result<bool> verify_password(std::string_view hash, std::string_view password) {
  const auto slot = hashes().take();
  if (!slot) return too_many();
  const std::string text(hash);
  if (crypto_pwhash_str_verify(text.c_str(), password.data(), password.size()) == 0) return true;
  // libsodium calls a password wrong when it has no memory to look at it.
  if (!is_memory_left()) return no_memory();
  return false;
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
