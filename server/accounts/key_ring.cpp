#include "server/accounts/key_ring.h"

#include <sodium.h>
#include <sys/stat.h>

#include "events/base/digest.h"
#include "events/base/file.h"

namespace codelog::accounts {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

base::Result<std::unique_ptr<KeyRing>> KeyRing::open(const std::filesystem::path& folder) {
  CODELOG_CHECK(sodium_init() >= 0, "libsodium cannot be initialised");
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || ::chmod(folder.c_str(), 0700) != 0) {
    return base::Error{base::ErrorCode::io, "cannot make the key folder " + folder.string(), {}};
  }
  // A key is durable only if its folder's name is durable too.
  if (auto synced = base::sync_folder(folder.parent_path()); !synced) return synced.error();
  return std::unique_ptr<KeyRing>(new KeyRing(folder));
}

KeyRing::Key KeyRing::open_secret(const std::filesystem::path& folder) {
  const auto file = folder.parent_path() / "site-secret";
  Key secret;
  const auto bytes = base::read_file(file);
  if (bytes && bytes->size() == secret.size()) {
    std::copy(bytes->begin(), bytes->end(), secret.begin());
    return secret;
  }
  randombytes_buf(secret.data(), secret.size());
  // A file that cannot be read now stays; this secret then holds for this run. So does one that
  // cannot be written: nothing that lasts depends on it.
  if (bytes || bytes.error().code == base::ErrorCode::not_found) {
    const std::string_view made(reinterpret_cast<const char*>(secret.data()), secret.size());
    (void)base::write_file_durably(file, made, 0600);
  }
  return secret;
}

base::Sha256 KeyRing::sign(std::string_view purpose, std::string_view text) const {
  Key secret;
  {
    const base::Lock lock(mutex_);
    if (!secret_) secret_ = open_secret(folder_);
    secret = *secret_;
  }
  base::Sha256 code;
  static_assert(sizeof(code) == crypto_auth_hmacsha256_BYTES);
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, secret.data(), secret.size());
  crypto_auth_hmacsha256_update(&state, bytes_of(purpose), purpose.size());
  constexpr unsigned char zero = 0;
  crypto_auth_hmacsha256_update(&state, &zero, 1);
  crypto_auth_hmacsha256_update(&state, bytes_of(text), text.size());
  crypto_auth_hmacsha256_final(&state, code.data());
  return code;
}

KeyRing::~KeyRing() {
  if (secret_) sodium_memzero(secret_->data(), secret_->size());
  for (auto& [username, key] : keys_) sodium_memzero(key.data(), key.size());
}

// Files are named by digest: usernames may differ only in case, and some file systems ignore case.
std::string KeyRing::file_name(std::string_view username) {
  return base::to_hex(base::sha256(username)) + ".key";
}

std::filesystem::path KeyRing::file_of(const std::filesystem::path& folder,
                                       std::string_view username) {
  return folder / file_name(username);
}

base::Result<KeyRing::Key> KeyRing::parse(std::string_view username, std::string_view bytes) {
  Key key;
  if (bytes.size() != key.size()) {
    return base::Error{base::ErrorCode::corrupt,
                       "the key file of user " + std::string(username) + " has the wrong size",
                       {}};
  }
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

base::Result<KeyRing::Key> KeyRing::read(const std::filesystem::path& folder,
                                         std::string_view username) {
  auto bytes = base::read_file(file_of(folder, username));
  if (!bytes) return bytes.error();
  const auto key = parse(username, *bytes);
  sodium_memzero(bytes->data(), bytes->size());
  return key;
}

base::Result<void> KeyRing::write(std::string_view username, const Key& key) {
  const std::string_view bytes(reinterpret_cast<const char*>(key.data()), key.size());
  const auto written = base::write_file_durably(file_of(folder_, username), bytes, 0600);
  if (!written) return written;
  keys_.insert_or_assign(std::string(username), key);
  return {};
}

base::Result<KeyRing::Key> KeyRing::load(std::string_view username) const {
  const auto found = keys_.find(username);
  if (found != keys_.end()) return found->second;
  const auto key = read(folder_, username);
  if (key) keys_.emplace(username, *key);
  return key;
}

base::Result<void> KeyRing::make_key(std::string_view username) {
  const base::Lock lock(mutex_);
  const auto known = load(username);
  if (known) return {};
  if (known.error().code != base::ErrorCode::not_found) return known.error();
  Key made;
  randombytes_buf(made.data(), made.size());
  return write(username, made);
}

base::Result<void> KeyRing::take_key(const std::filesystem::path& folder,
                                     std::string_view username) {
  const base::Lock lock(mutex_);
  const auto key = read(folder, username);
  if (!key) return key.error();
  return write(username, *key);
}

base::Result<void> KeyRing::take_key_bytes(std::string_view username, std::string_view bytes) {
  const base::Lock lock(mutex_);
  const auto key = parse(username, bytes);
  if (!key) return key.error();
  return write(username, *key);
}

base::Result<events::Sealed> KeyRing::seal(std::string_view username,
                                           std::string_view plaintext) const {
  const base::Lock lock(mutex_);
  const auto key = load(username);
  if (!key) {
    if (key.error().code != base::ErrorCode::not_found) return key.error();
    return base::Error{
        base::ErrorCode::not_found, "the key of user " + std::string(username) + " is missing", {}};
  }
  events::Sealed sealed;
  sealed.nonce.resize(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
  randombytes_buf(sealed.nonce.data(), sealed.nonce.size());
  sealed.ciphertext.resize(plaintext.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      bytes_of(sealed.ciphertext), nullptr, bytes_of(plaintext), plaintext.size(),
      bytes_of(username), username.size(), nullptr, bytes_of(sealed.nonce), key->data());
  return sealed;
}

base::Result<std::string> KeyRing::open_sealed(std::string_view username,
                                               const events::Sealed& sealed) const {
  const base::Lock lock(mutex_);
  const auto key = load(username);
  if (!key) return key.error();
  const base::Error damaged{base::ErrorCode::corrupt,
                            "the sealed data of user " + std::string(username) + " does not open",
                            {}};
  constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
  if (sealed.nonce.size() != crypto_aead_xchacha20poly1305_ietf_NPUBBYTES ||
      sealed.ciphertext.size() < tag_bytes) {
    return damaged;
  }
  std::string plaintext(sealed.ciphertext.size() - tag_bytes, '\0');
  const int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
      bytes_of(plaintext), nullptr, nullptr, bytes_of(sealed.ciphertext), sealed.ciphertext.size(),
      bytes_of(username), username.size(), bytes_of(sealed.nonce), key->data());
  if (opened != 0) return damaged;
  return plaintext;
}

base::Result<void> KeyRing::erase(std::string_view username) {
  const base::Lock lock(mutex_);
  if (const auto found = keys_.find(username); found != keys_.end()) {
    sodium_memzero(found->second.data(), found->second.size());
    keys_.erase(found);
  }
  return base::destroy_file(file_of(folder_, username));
}

}  // namespace codelog::accounts
