// A log's proofs for others: signed checkpoints, tiles, bundles of entries, cosignatures, and
// receipts for single commits. Nothing here shows more of a commit than its commitment, except a
// receipt, which holds the commit's bytes: the caller sees to who may have it.
//
// Thread-safe. Memory: the newest checkpoint, and bundles_max bundles of 8.5 KB.
#pragma once

#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/base/mutex.h"
#include "events/log.h"
#include "server/proofs/checkpoint.h"
#include "server/proofs/log_keys.h"
#include "server/proofs/tile_path.h"

namespace codelog::proofs {

class SignedLog {
 public:
  struct Files {
    std::filesystem::path keys;      // DATA/keys
    std::filesystem::path cosigned;  // the last cosigned checkpoint
  };

  // The log must outlive this object. Errors: corrupt, io (the files).
  static base::Result<std::unique_ptr<SignedLog>> open(const events::EventLog& log, Files files);

  // Makes the first key, of this name; or a new one, if a name is wanted that the newest key does
  // not have. Errors: as LogKeys::add().
  base::Result<void> begin(const std::string& usual_origin,
                           const std::optional<std::string>& wanted_origin, base::Timestamp now);
  // Adds a key of the present origin. Errors: not_found (there is none to replace), and those of
  // LogKeys::add().
  base::Result<void> rotate(OldKeys old_keys, base::Timestamp now);
  base::Result<void> trust(const VerifierKey& cosigner);
  base::Result<void> distrust(const std::string& name);
  std::vector<LogKey> keys() const;  // newest first
  std::vector<VerifierKey> cosigners() const;

  // The signed note of the log's head, with its cosignatures if it has some. Errors: unavailable
  // (no key was made yet).
  base::Result<std::string> checkpoint() const;
  // The last checkpoint with cosignatures. Errors: not_found.
  base::Result<std::string> cosigned_checkpoint() const;

  // The bytes of a tile, or of a bundle of entries. Errors: not_found (the log is shorter), corrupt
  // and io.
  base::Result<std::string> tile(const TileAddress& address) const;

  // Takes the cosignatures of trusted cosigners from a checkpoint of this log that they signed.
  // Returns how many were new. Errors: invalid (not a checkpoint of this log), conflict (of another
  // history), forbidden (no cosignature of a trusted cosigner, or a wrong one), io.
  base::Result<std::size_t> add_cosignatures(std::string_view note);

  struct Inclusion {
    events::Hash commitment{};
    events::Hash root{};  // of the log of `size` commits
    std::vector<events::Hash> hashes;
  };
  // Errors: invalid (no such position or size), corrupt and io.
  base::Result<Inclusion> prove_inclusion(base::Position position, std::uint64_t size) const;
  struct Consistency {
    events::Hash from_root{};
    events::Hash to_root{};
    std::vector<events::Hash> hashes;
  };
  // Errors: as above.
  base::Result<Consistency> prove_consistency(std::uint64_t from, std::uint64_t to) const;

  // The proof that the log has this commit (c2sp.org/tlog-proof), with the commit's bytes as extra
  // data; under the last cosigned checkpoint if that has the commit, else under the newest one.
  // Errors: not_found, unavailable (no key), corrupt and io.
  base::Result<std::string> receipt(base::Position position) const;

 private:
  static constexpr std::size_t bundles_max = 256;

  // A checkpoint of the log's present name, with cosignatures of trusted cosigners.
  struct Cosigned {
    Checkpoint checkpoint;
    std::vector<NoteSignature> cosignatures;
  };
  struct Bundle {
    std::uint64_t index = 0;
    std::string bytes;  // of its first entries, or of all
  };

  SignedLog(const events::EventLog& log, Files files, LogKeys keys)
      : log_(log), files_(std::move(files)), keys_(std::move(keys)) {}
  base::Result<void> read_cosigned();
  base::Result<SignedNote> signed_head() const REQUIRES(mutex_);
  // With the signatures of all keys that sign now: a reader may know any one of them.
  SignedNote signed_note(const Checkpoint& checkpoint) const REQUIRES(mutex_);
  void drop_distrusted() REQUIRES(mutex_);
  base::Result<std::size_t> keep_cosignatures(const Checkpoint& checkpoint,
                                              const std::vector<NoteSignature>& given)
      REQUIRES(mutex_);
  base::Result<std::string> entries(std::uint64_t index, std::size_t width) const;
  std::string kept_bundle(std::uint64_t index) const;
  void keep_bundle(std::uint64_t index, const std::string& bytes) const;

  const events::EventLog& log_;
  const Files files_;
  mutable base::Mutex mutex_;
  LogKeys keys_ GUARDED_BY(mutex_);
  std::optional<Cosigned> cosigned_ GUARDED_BY(mutex_);
  mutable std::optional<SignedNote> newest_ GUARDED_BY(mutex_);
  mutable base::Mutex bundles_mutex_;
  mutable std::list<Bundle> bundles_ GUARDED_BY(bundles_mutex_);  // the last used first
};

}  // namespace codelog::proofs
