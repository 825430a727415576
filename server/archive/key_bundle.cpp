#include "server/archive/key_bundle.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <optional>

#include "events/archive/json_fields.h"
#include "events/base/check.h"
#include "events/base/digest.h"

namespace codelog::archive {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view first_line = "codelog-keys 1\n";
constexpr const char* derivation = "argon2id13";
constexpr std::uint64_t operations_count = 3;
constexpr std::uint64_t memory_bytes = 128u << 20;
// What an object may ask of whoever opens it.
constexpr std::uint64_t operations_count_max = 16;
constexpr std::uint64_t memory_bytes_max = 1u << 30;
constexpr std::size_t header_bytes_max = 4096;

using Salt = std::array<unsigned char, crypto_pwhash_SALTBYTES>;
using StreamHeader = std::array<unsigned char, crypto_secretstream_xchacha20poly1305_HEADERBYTES>;

struct DerivedKey {
  std::array<unsigned char, crypto_secretstream_xchacha20poly1305_KEYBYTES> bytes{};
  ~DerivedKey() { sodium_memzero(bytes.data(), bytes.size()); }
};

struct Derivation {
  Salt salt{};
  std::uint64_t operations_count = 0;
  std::uint64_t memory_bytes = 0;
};

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

Error not_such_object() { return {ErrorCode::corrupt, "the object with the keys is damaged", {}}; }

Result<void> derive(const Derivation& from, std::string_view passphrase, DerivedKey& key) {
  CODELOG_CHECK(sodium_init() >= 0, "libsodium cannot be initialised");
  const int derived = crypto_pwhash(key.bytes.data(), key.bytes.size(), passphrase.data(),
                                    passphrase.size(), from.salt.data(), from.operations_count,
                                    from.memory_bytes, crypto_pwhash_ALG_ARGON2ID13);
  if (derived == 0) return {};
  return Error{
      ErrorCode::unavailable, "there is not enough memory to derive a key from the passphrase", {}};
}

// Returns false unless the text is as long as the bytes.
template <std::size_t count>
bool from_hex(const std::string& text, std::array<unsigned char, count>& bytes) {
  std::size_t length = 0;
  const int read = sodium_hex2bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr,
                                  &length, nullptr);
  return read == 0 && length == bytes.size();
}

std::string plaintext_of(const KeyFiles& files) {
  Json json = Json::object();
  for (const auto& [name, bytes] : files) {
    json[name] = base::to_hex(std::span(bytes_of(bytes), bytes.size()));
  }
  return json.dump();
}

std::optional<KeyFiles> files_of(const std::string& plaintext) {
  const Json json = Json::parse(plaintext, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  KeyFiles files;
  for (const auto& [name, hex] : json.items()) {
    if (!hex.is_string()) return std::nullopt;
    const auto text = hex.template get<std::string>();
    std::string bytes(text.size() / 2, '\0');
    std::size_t length = 0;
    if (sodium_hex2bin(bytes_of(bytes), bytes.size(), text.data(), text.size(), nullptr, &length,
                       nullptr) != 0) {
      return std::nullopt;
    }
    files[name] = std::move(bytes);
  }
  return files;
}

}  // namespace

void forget(std::string& secret) { sodium_memzero(secret.data(), secret.size()); }

void forget(KeyFiles& files) {
  for (auto& [name, bytes] : files) forget(bytes);
  files.clear();
}

Result<std::string> seal_keys(const KeyFiles& files, std::string_view passphrase) {
  if (passphrase.empty()) return Error{ErrorCode::invalid, "the passphrase is empty", {}};
  CODELOG_CHECK(sodium_init() >= 0, "libsodium cannot be initialised");
  Derivation from{{}, operations_count, memory_bytes};
  randombytes_buf(from.salt.data(), from.salt.size());
  DerivedKey key;
  if (const auto derived = derive(from, passphrase, key); !derived) return derived.error();
  crypto_secretstream_xchacha20poly1305_state state;
  StreamHeader stream{};
  crypto_secretstream_xchacha20poly1305_init_push(&state, stream.data(), key.bytes.data());
  const Json header = {{"kdf", derivation},
                       {"salt", base::to_hex(from.salt)},
                       {"operations", from.operations_count},
                       {"memory_bytes", from.memory_bytes},
                       {"cipher", "secretstream_xchacha20poly1305"},
                       {"stream", base::to_hex(stream)}};
  std::string object = std::string(first_line) + header.dump() + "\n";
  std::string plaintext = plaintext_of(files);
  std::string ciphertext(plaintext.size() + crypto_secretstream_xchacha20poly1305_ABYTES, '\0');
  crypto_secretstream_xchacha20poly1305_push(&state, bytes_of(ciphertext), nullptr,
                                             bytes_of(plaintext), plaintext.size(),
                                             bytes_of(std::string_view(object)), object.size(),
                                             crypto_secretstream_xchacha20poly1305_TAG_FINAL);
  sodium_memzero(&state, sizeof state);
  forget(plaintext);
  return object + ciphertext;
}

Result<KeyFiles> open_keys(std::string_view object, std::string_view passphrase) {
  if (!object.starts_with(first_line)) return not_such_object();
  const auto end = object.substr(0, header_bytes_max).find('\n', first_line.size());
  if (end == std::string_view::npos) return not_such_object();
  const std::string_view lines = object.substr(0, end + 1);
  const std::string_view ciphertext = object.substr(end + 1);
  const Json header = Json::parse(lines.substr(first_line.size()), nullptr, false);
  JsonFields fields(header);
  Derivation from{{}, fields.number("operations"), fields.number("memory_bytes")};
  StreamHeader stream{};
  const bool is_right = fields.text("kdf") == derivation &&
                        from_hex(fields.text("salt"), from.salt) &&
                        from_hex(fields.text("stream"), stream) && fields.are_right();
  const bool is_bounded = from.operations_count <= operations_count_max &&
                          from.memory_bytes <= memory_bytes_max &&
                          ciphertext.size() >= crypto_secretstream_xchacha20poly1305_ABYTES;
  if (!is_right || !is_bounded) return not_such_object();
  DerivedKey key;
  if (const auto derived = derive(from, passphrase, key); !derived) return derived.error();
  std::string plaintext(ciphertext.size() - crypto_secretstream_xchacha20poly1305_ABYTES, '\0');
  crypto_secretstream_xchacha20poly1305_state state;
  unsigned char tag = 0;
  const bool is_opened = crypto_secretstream_xchacha20poly1305_init_pull(&state, stream.data(),
                                                                         key.bytes.data()) == 0 &&
                         crypto_secretstream_xchacha20poly1305_pull(
                             &state, bytes_of(plaintext), nullptr, &tag, bytes_of(ciphertext),
                             ciphertext.size(), bytes_of(lines), lines.size()) == 0;
  sodium_memzero(&state, sizeof state);
  if (!is_opened || tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL) {
    return Error{ErrorCode::forbidden, "the passphrase does not open the archived keys", {}};
  }
  auto files = files_of(plaintext);
  forget(plaintext);
  if (!files) return not_such_object();
  return *std::move(files);
}

}  // namespace codelog::archive
