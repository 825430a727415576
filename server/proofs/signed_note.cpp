#include "server/proofs/signed_note.h"

#include <sodium.h>

#include <algorithm>
#include <charconv>

#include "events/base/big_endian.h"
#include "events/base/check.h"
#include "events/base/digest.h"
#include "events/base/text.h"

namespace codelog::proofs {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

static_assert(crypto_sign_PUBLICKEYBYTES == 32 && crypto_sign_SEEDBYTES == 32);

constexpr std::string_view dash = "\xE2\x80\x94 ";  // an em dash and a space
constexpr std::size_t id_bytes = 4;
constexpr std::size_t time_bytes = 8;
constexpr std::int64_t us_per_s = 1'000'000;

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string_view view(const std::array<std::uint8_t, 32>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string id_as_bytes(std::uint32_t id) {
  return std::string(base::big_endian(id).data() + id_bytes, id_bytes);
}

std::uint32_t id_from_bytes(std::string_view four_bytes) {
  return static_cast<std::uint32_t>(
      base::from_big_endian(std::string(4, '\0') + std::string(four_bytes)));
}

bool is_name(std::string_view name) {
  const bool has_forbidden = std::ranges::any_of(
      name, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '+' || c == '\x7F'; });
  // Spaces of other scripts have no place in a name either; names are as addresses are, ASCII.
  const bool is_ascii =
      std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return !name.empty() && name.size() <= 255 && is_ascii && !has_forbidden;
}

Error bad_key() { return {ErrorCode::invalid, "the key is not a verifier key (NAME+ID+KEY)", {}}; }
Error bad_note(const char* why) {
  return {ErrorCode::invalid, std::string("this is not a signed note: ") + why, {}};
}

// What a signature of this kind signs.
std::string signed_message(KeyKind kind, std::string_view text, std::uint64_t time_s) {
  if (kind == KeyKind::log) return std::string(text);
  return "cosignature/v1\ntime " + std::to_string(time_s) + "\n" + std::string(text);
}

Result<NoteSignature> parse_signature(std::string_view line) {
  if (!line.starts_with(dash)) return bad_note("a signature begins with an em dash and a space");
  line.remove_prefix(dash.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos || space == 0) return bad_note("a signature lacks its name");
  const auto bytes = decode_base64(line.substr(space + 1));
  if (!bytes || bytes->size() <= id_bytes) return bad_note("a signature is not in Base64");
  return NoteSignature{std::string(line.substr(0, space)),
                       id_from_bytes(bytes->substr(0, id_bytes)), bytes->substr(id_bytes)};
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), octets(bytes), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the NUL
  return text;
}

std::optional<std::string> decode_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  std::size_t size = 0;
  const int failed =
      sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL);
  if (failed != 0) return std::nullopt;
  bytes.resize(size);
  if (encode_base64(bytes) != text) return std::nullopt;
  return bytes;
}

std::uint32_t VerifierKey::id() const {
  const char kind_byte = static_cast<char>(kind);
  const auto digest = base::sha256({name, "\n", std::string_view(&kind_byte, 1), view(bytes)});
  return id_from_bytes(view(digest).substr(0, id_bytes));
}

std::string VerifierKey::text() const {
  char id_text[9];
  std::snprintf(id_text, sizeof id_text, "%08x", id());
  std::string key(1, static_cast<char>(kind));
  return name + "+" + id_text + "+" + encode_base64(key.append(view(bytes)));
}

Result<void> check_key_name(std::string_view name) {
  if (is_name(name)) return {};
  return base::field_error(ErrorCode::invalid, "name",
                           "must be 1 to 255 ASCII characters without spaces and +");
}

Result<VerifierKey> parse_verifier_key(std::string_view text) {
  const auto first = text.find('+');
  if (first == std::string_view::npos) return bad_key();
  const auto second = text.find('+', first + 1);  // Base64 may have more of them
  if (second == std::string_view::npos) return bad_key();
  const auto bytes = decode_base64(text.substr(second + 1));
  VerifierKey key;
  key.name = text.substr(0, first);
  if (!is_name(key.name) || !bytes || bytes->size() != 1 + key.bytes.size()) return bad_key();
  key.kind = static_cast<KeyKind>(bytes->front());
  if (key.kind != KeyKind::log && key.kind != KeyKind::cosigner) return bad_key();
  std::copy(bytes->begin() + 1, bytes->end(), key.bytes.begin());
  if (key.text() != text) return bad_key();
  return key;
}

SigningKey make_signing_key(std::string name, KeyKind kind) {
  CODELOG_CHECK(sodium_init() >= 0, "libsodium cannot be initialised");
  Seed seed;
  randombytes_buf(seed.data(), seed.size());
  return signing_key_of(std::move(name), kind, seed);
}

SigningKey signing_key_of(std::string name, KeyKind kind, const Seed& seed) {
  SigningKey key{{std::move(name), kind, {}}, seed};
  unsigned char secret[crypto_sign_SECRETKEYBYTES];
  crypto_sign_seed_keypair(key.verifier.bytes.data(), secret, seed.data());
  sodium_memzero(secret, sizeof secret);
  return key;
}

std::string NoteSignature::line() const {
  return std::string(dash) + name + " " + encode_base64(id_as_bytes(id) + bytes) + "\n";
}

std::string SignedNote::bytes() const {
  std::string all = text + "\n";
  for (const NoteSignature& signature : signatures) all += signature.line();
  return all;
}

Result<SignedNote> parse_note(std::string_view bytes) {
  if (bytes.size() > note_bytes_max) return bad_note("it is too long");
  const bool has_control = std::ranges::any_of(
      bytes, [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\n'; });
  if (has_control || !base::is_utf8(bytes)) return bad_note("it has characters of another kind");
  const auto end = bytes.rfind("\n\n");
  if (end == std::string_view::npos || !bytes.ends_with('\n')) {
    return bad_note("it has no signatures");
  }
  SignedNote note{std::string(bytes.substr(0, end + 1)), {}};
  std::string_view rest = bytes.substr(end + 2);
  while (!rest.empty()) {
    const auto line_end = rest.find('\n');
    auto signature = parse_signature(rest.substr(0, line_end));
    if (!signature) return signature.error();
    note.signatures.push_back(*std::move(signature));
    if (note.signatures.size() > note_signatures_max) return bad_note("it has too many signatures");
    rest.remove_prefix(line_end + 1);
  }
  if (note.signatures.empty()) return bad_note("it has no signatures");
  return note;
}

NoteSignature sign(const SigningKey& key, std::string_view text, base::Timestamp time) {
  const auto time_s = static_cast<std::uint64_t>(time.unix_us / us_per_s);
  const std::string message = signed_message(key.verifier.kind, text, time_s);
  unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
  unsigned char secret[crypto_sign_SECRETKEYBYTES];
  crypto_sign_seed_keypair(public_key, secret, key.seed.data());
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, octets(message),
                       message.size(), secret);
  sodium_memzero(secret, sizeof secret);
  if (key.verifier.kind == KeyKind::cosigner) {
    const auto time_text = base::big_endian(time_s);
    signature.insert(0, time_text.data(), time_text.size());
  }
  return {key.verifier.name, key.verifier.id(), std::move(signature)};
}

bool verifies(const VerifierKey& key, std::string_view text, const NoteSignature& signature) {
  if (signature.name != key.name || signature.id != key.id()) return false;
  std::string_view bytes = signature.bytes;
  const std::size_t prefix = key.kind == KeyKind::cosigner ? time_bytes : 0;
  if (bytes.size() != prefix + crypto_sign_BYTES) return false;
  std::uint64_t time_s = 0;
  if (prefix > 0) time_s = base::from_big_endian(bytes.substr(0, prefix));
  const std::string message = signed_message(key.kind, text, time_s);
  return crypto_sign_verify_detached(octets(bytes.substr(prefix)), octets(message), message.size(),
                                     key.bytes.data()) == 0;
}

bool is_signed_by(const SignedNote& note, const VerifierKey& key) {
  bool is_signed = false;
  for (const NoteSignature& signature : note.signatures) {
    if (signature.name != key.name || signature.id != key.id()) continue;
    if (!verifies(key, note.text, signature)) return false;
    is_signed = true;
  }
  return is_signed;
}

base::Timestamp time_of(const NoteSignature& cosignature) {
  const auto time_s =
      base::from_big_endian(std::string_view(cosignature.bytes).substr(0, time_bytes));
  return {static_cast<std::int64_t>(std::min<std::uint64_t>(time_s, INT64_MAX / us_per_s)) *
          us_per_s};
}

}  // namespace codelog::proofs
