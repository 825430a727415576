// Signed notes, as C2SP has them (c2sp.org/signed-note), with Ed25519: signatures of logs, and
// timestamped cosignatures of witnesses (c2sp.org/tlog-cosignature). Pure, but for new keys.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/clock.h"
#include "events/base/result.h"

namespace codelog::proofs {

// The number is part of the key's id.
enum class KeyKind : std::uint8_t { log = 0x01, cosigner = 0x04 };

struct VerifierKey {
  std::string name;  // no spaces, no '+'
  KeyKind kind = KeyKind::log;
  std::array<std::uint8_t, 32> bytes{};
  bool operator==(const VerifierKey&) const = default;

  // The first four bytes of SHA-256(name || "\n" || kind || bytes).
  std::uint32_t id() const;
  // NAME+ID+KEY: the id in hexadecimal, the key with its kind in Base64.
  std::string text() const;
};
// Errors: invalid.
base::Result<VerifierKey> parse_verifier_key(std::string_view text);
// Errors: invalid, naming "name".
base::Result<void> check_key_name(std::string_view name);

using Seed = std::array<std::uint8_t, 32>;

struct SigningKey {
  VerifierKey verifier;
  Seed seed{};
};
SigningKey make_signing_key(std::string name, KeyKind kind);
SigningKey signing_key_of(std::string name, KeyKind kind, const Seed& seed);

struct NoteSignature {
  std::string name;
  std::uint32_t id = 0;
  std::string bytes;
  bool operator==(const NoteSignature&) const = default;

  // With its line end.
  std::string line() const;
};

inline constexpr std::size_t note_bytes_max = 64u << 10;
inline constexpr std::size_t note_signatures_max = 64;

struct SignedNote {
  std::string text;  // ends with a line end
  std::vector<NoteSignature> signatures;

  std::string bytes() const;
};
// Errors: invalid: not a note, or larger than the limits above.
base::Result<SignedNote> parse_note(std::string_view bytes);

// `time` is when a cosigner signs; logs' signatures have none.
NoteSignature sign(const SigningKey& key, std::string_view text, base::Timestamp time = {});
// False also for a signature of another key.
bool verifies(const VerifierKey& key, std::string_view text, const NoteSignature& signature);
// True if one of the signatures is the key's and good, and none of the key's is bad.
bool is_signed_by(const SignedNote& note, const VerifierKey& key);
// The time in a cosignature.
base::Timestamp time_of(const NoteSignature& cosignature);

// RFC 4648, 4, with padding; decoding takes only what encoding gives.
std::string encode_base64(std::string_view bytes);
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace codelog::proofs
