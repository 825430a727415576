#include "server/accounts/passwords.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <charconv>

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

// Django's: "pbkdf2_sha256$1000000$salt$" and 32 bytes in base64.
constexpr std::string_view django_prefix = "pbkdf2_sha256$";
// About four seconds; more in a stored hash would only keep the server busy.
constexpr int django_iterations_max = 10'000'000;

// Splits off the part before the next '$'.
std::string_view next_part(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('$'), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

bool verify_django(std::string_view hash, std::string_view password) {
  hash.remove_prefix(django_prefix.size());
  const std::string_view iterations_text = next_part(hash);
  const std::string_view salt = next_part(hash);
  int iterations = 0;
  const auto [end, error] = std::from_chars(
      iterations_text.data(), iterations_text.data() + iterations_text.size(), iterations);
  if (error != std::errc() || end != iterations_text.data() + iterations_text.size()) return false;
  if (iterations < 1 || iterations > django_iterations_max) return false;
  base::Sha256 stored{};
  std::size_t stored_bytes = 0;
  const bool is_base64 =
      sodium_base642bin(stored.data(), stored.size(), hash.data(), hash.size(), nullptr,
                        &stored_bytes, nullptr, sodium_base64_VARIANT_ORIGINAL) == 0;
  if (!is_base64 || stored_bytes != stored.size()) return false;
  base::Sha256 computed{};
  const int made = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                                     reinterpret_cast<const unsigned char*>(salt.data()),
                                     static_cast<int>(salt.size()), iterations, EVP_sha256(),
                                     static_cast<int>(computed.size()), computed.data());
  return made == 1 && sodium_memcmp(computed.data(), stored.data(), stored.size()) == 0;
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
  if (hash.starts_with(django_prefix)) return verify_django(hash, password);
  const std::string text(hash);
  if (crypto_pwhash_str_verify(text.c_str(), password.data(), password.size()) == 0) return true;
  // libsodium calls a password wrong when it has no memory to look at it.
  if (!is_memory_left()) return no_memory();
  return false;
}

bool is_outdated(std::string_view hash) {
  return crypto_pwhash_str_needs_rehash(std::string(hash).c_str(),
                                        crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                        crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0;
}

base::Result<void> pretend_to_verify(std::string_view password) {
  // Of a password that nobody has; made with the limits of hash_password().
  constexpr std::string_view nobodys =
      "$argon2id$v=19$m=65536,t=2,p=1$zMXLwNbyTqnzvYiOR8SAbw$vmSMpc/"
      "+qtxD2RDXGFEjsJWLR6mM7iXlIRycTKKlHJA";
  const auto verified = verify_password(nobodys, password);
  if (!verified) return verified.error();
  return {};
}

std::string make_session_id() {
  std::array<std::uint8_t, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return base::to_hex(bytes);
}

base::Sha256 digest_session_id(std::string_view id) {
  return base::sha256({"codelog session\n", id});
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
