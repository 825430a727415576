// The keys that sign a log's checkpoints, in the file DATA/keys/log-signing (0600), one a line, the
// newest first:
//   codelog log keys v1
//   signs VERIFIER-KEY TIME SEED    (the seed in Base64)
//   retired VERIFIER-KEY TIME       (what it has signed still verifies)
// The name of the newest key is the log's origin. Keys of the same name that were not retired sign
// too, so that whoever knows an older one can go on.
//
// Beside it, DATA/keys/log-cosigners: the verifier keys of the witnesses whose cosignatures are
// taken, one a line. Not thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "server/proofs/signed_note.h"

namespace codelog::proofs {

struct LogKey {
  VerifierKey verifier;
  std::optional<Seed> seed;  // nothing: retired
  base::Timestamp made_at;
};

enum class OldKeys { keep, retire };

class LogKeys {
 public:
  static constexpr std::size_t signing_max = 8;

  // `folder` is DATA/keys; without files there are no keys. Errors: corrupt, io.
  static base::Result<LogKeys> open(const std::filesystem::path& folder);

  const std::vector<LogKey>& all() const { return keys_; }
  bool has_key() const { return !keys_.empty(); }
  const std::string& origin() const { return keys_.front().verifier.name; }
  const std::vector<VerifierKey>& cosigners() const { return cosigners_; }

  // Adds a key and makes it the newest; durable when this returns. Errors: invalid, conflict (too
  // many keys sign), io.
  base::Result<void> add(const std::string& name, OldKeys old_keys, base::Timestamp now);
  // Errors: invalid (not the key of a cosigner), io.
  base::Result<void> trust(const VerifierKey& cosigner);
  // Errors: not_found, io.
  base::Result<void> distrust(const std::string& name);

  // One signature of each key that signs.
  std::vector<NoteSignature> sign(std::string_view text) const;

 private:
  explicit LogKeys(std::filesystem::path folder) : folder_(std::move(folder)) {}
  base::Result<void> read_keys();
  base::Result<void> read_cosigners();
  base::Result<void> write_cosigners(std::vector<VerifierKey> cosigners);
  bool is_signing(const LogKey& key) const { return key.seed && key.verifier.name == origin(); }

  std::filesystem::path folder_;
  std::vector<LogKey> keys_;
  std::vector<VerifierKey> cosigners_;
};

}  // namespace codelog::proofs
