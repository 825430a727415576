#include "server/proofs/signed_log.h"

#include <algorithm>
#include <iterator>

#include "events/base/check.h"
#include "events/base/file.h"

namespace codelog::proofs {
namespace {

using base::Error;
using base::ErrorCode;
using base::Position;
using base::Result;
using events::Hash;
using events::hash_bytes;

constexpr unsigned cosigned_file_mode = 0600;

Error no_key() {
  return {ErrorCode::unavailable,
          "the log has no signing key yet: the first start of the server makes it",
          {}};
}

bool is_of(const NoteSignature& signature, const VerifierKey& key) {
  return signature.name == key.name && signature.id == key.id();
}

// The last cosignature of each cosigner, in the order of the cosigners. Errors: forbidden (a wrong
// one).
Result<std::vector<NoteSignature>> cosignatures_in(const SignedNote& note,
                                                   const std::vector<VerifierKey>& cosigners) {
  std::vector<NoteSignature> last_ones;
  for (const VerifierKey& cosigner : cosigners) {
    const NoteSignature* last = nullptr;
    for (const NoteSignature& signature : note.signatures) {
      if (!is_of(signature, cosigner)) continue;
      if (!verifies(cosigner, note.text, signature)) {
        return Error{ErrorCode::forbidden, "the cosignature of " + cosigner.name + " is wrong", {}};
      }
      if (last == nullptr || time_of(*last) < time_of(signature)) last = &signature;
    }
    if (last != nullptr) last_ones.push_back(*last);
  }
  return last_ones;
}

}  // namespace

Result<std::unique_ptr<SignedLog>> SignedLog::open(const events::EventLog& log, Files files) {
  auto keys = LogKeys::open(files.keys);
  if (!keys) return keys.error();
  std::unique_ptr<SignedLog> opened(new SignedLog(log, std::move(files), *std::move(keys)));
  if (const auto read = opened->read_cosigned(); !read) return read.error();
  return opened;
}

// A damaged file only loses cosignatures, which come again.
Result<void> SignedLog::read_cosigned() {
  const auto bytes = base::read_file(files_.cosigned);
  if (!bytes) {
    if (bytes.error().code == ErrorCode::not_found) return {};
    return bytes.error();
  }
  auto note = parse_note(*bytes);
  if (!note) return {};
  auto checkpoint = parse_checkpoint(note->text);
  if (!checkpoint || checkpoint->size > log_.head().position.value()) return {};
  const auto root = log_.root(checkpoint->size);
  if (!root || *root != checkpoint->root) return {};
  const base::Lock lock(mutex_);
  if (!keys_.has_key() || checkpoint->origin != keys_.origin()) return {};
  auto cosignatures = cosignatures_in(*note, keys_.cosigners());
  if (!cosignatures || cosignatures->empty()) return {};
  cosigned_ = Cosigned{*std::move(checkpoint), *std::move(cosignatures)};
  return {};
}

// --- Keys

Result<void> SignedLog::begin(const std::string& usual_origin,
                              const std::optional<std::string>& wanted_origin,
                              base::Timestamp now) {
  const base::Lock lock(mutex_);
  if (keys_.has_key() && (!wanted_origin || *wanted_origin == keys_.origin())) return {};
  newest_.reset();
  cosigned_.reset();  // It names the log as before.
  return keys_.add(wanted_origin.value_or(usual_origin), OldKeys::keep, now);
}

Result<void> SignedLog::rotate(OldKeys old_keys, base::Timestamp now) {
  const base::Lock lock(mutex_);
  if (!keys_.has_key()) return Error{ErrorCode::not_found, no_key().detail, {}};
  newest_.reset();
  const std::string origin = keys_.origin();
  return keys_.add(origin, old_keys, now);
}

Result<void> SignedLog::trust(const VerifierKey& cosigner) {
  const base::Lock lock(mutex_);
  const auto trusted = keys_.trust(cosigner);
  if (trusted) drop_distrusted();
  return trusted;
}

Result<void> SignedLog::distrust(const std::string& name) {
  const base::Lock lock(mutex_);
  const auto distrusted = keys_.distrust(name);
  if (distrusted) drop_distrusted();
  return distrusted;
}

void SignedLog::drop_distrusted() {
  if (!cosigned_) return;
  std::erase_if(cosigned_->cosignatures, [&](const NoteSignature& signature) {
    return std::ranges::none_of(keys_.cosigners(),
                                [&](const VerifierKey& key) { return is_of(signature, key); });
  });
  if (cosigned_->cosignatures.empty()) cosigned_.reset();
  newest_.reset();
}

std::vector<LogKey> SignedLog::keys() const {
  const base::Lock lock(mutex_);
  return keys_.all();
}

std::vector<VerifierKey> SignedLog::cosigners() const {
  const base::Lock lock(mutex_);
  return keys_.cosigners();
}

// --- Checkpoints

SignedNote SignedLog::signed_note(const Checkpoint& checkpoint) const {
  SignedNote note{checkpoint.text(), {}};
  note.signatures = keys_.sign(note.text);
  if (cosigned_ && cosigned_->checkpoint == checkpoint) {
    std::ranges::copy(cosigned_->cosignatures, std::back_inserter(note.signatures));
  }
  return note;
}

Result<SignedNote> SignedLog::signed_head() const {
  if (!keys_.has_key()) return no_key();
  const events::Head head = log_.head();
  const Checkpoint checkpoint{keys_.origin(), head.position.value(), head.root};
  if (newest_ && newest_->text == checkpoint.text()) return *newest_;
  newest_ = signed_note(checkpoint);
  return *newest_;
}

Result<std::string> SignedLog::checkpoint() const {
  const base::Lock lock(mutex_);
  const auto note = signed_head();
  if (!note) return note.error();
  return note->bytes();
}

Result<std::string> SignedLog::cosigned_checkpoint() const {
  const base::Lock lock(mutex_);
  if (!cosigned_) return Error{ErrorCode::not_found, "no witness has cosigned this log yet", {}};
  return signed_note(cosigned_->checkpoint).bytes();
}

Result<std::size_t> SignedLog::add_cosignatures(std::string_view bytes) {
  const auto given = parse_note(bytes);
  if (!given) return given.error();
  const auto checkpoint = parse_checkpoint(given->text);
  if (!checkpoint) return checkpoint.error();
  const base::Lock lock(mutex_);
  if (!keys_.has_key()) return no_key();
  if (checkpoint->origin != keys_.origin() || given->text != checkpoint->text()) {
    return Error{ErrorCode::invalid, "this is not a checkpoint of " + keys_.origin(), {}};
  }
  const auto root = log_.root(checkpoint->size);
  if (!root) return root.error();
  if (*root != checkpoint->root) {
    return Error{ErrorCode::conflict,
                 "the checkpoint is of another history: this log never had its root",
                 {}};
  }
  const auto given_ones = cosignatures_in(*given, keys_.cosigners());
  if (!given_ones) return given_ones.error();
  if (given_ones->empty()) {
    return Error{ErrorCode::forbidden, "no trusted cosigner has signed this checkpoint", {}};
  }
  if (cosigned_ && checkpoint->size < cosigned_->checkpoint.size) {
    return Error{ErrorCode::conflict,
                 "a checkpoint of " + std::to_string(cosigned_->checkpoint.size) +
                     " commits is cosigned already",
                 {}};
  }
  return keep_cosignatures(*checkpoint, *given_ones);
}

// Of each cosigner, only the last cosignature is kept: what anybody sends again changes nothing.
Result<std::size_t> SignedLog::keep_cosignatures(const Checkpoint& checkpoint,
                                                 const std::vector<NoteSignature>& given) {
  Cosigned kept{checkpoint, {}};
  if (cosigned_ && cosigned_->checkpoint == checkpoint) kept = *cosigned_;
  std::size_t added_count = 0;
  for (const NoteSignature& signature : given) {
    const auto earlier = std::ranges::find_if(kept.cosignatures, [&](const auto& other) {
      return other.name == signature.name && other.id == signature.id;
    });
    if (earlier == kept.cosignatures.end()) {
      kept.cosignatures.push_back(signature);
    } else if (time_of(*earlier) < time_of(signature)) {
      *earlier = signature;
    } else {
      continue;
    }
    ++added_count;
  }
  if (added_count == 0) return added_count;
  SignedNote note{checkpoint.text(), keys_.sign(checkpoint.text())};
  std::ranges::copy(kept.cosignatures, std::back_inserter(note.signatures));
  const auto written = base::write_file_durably(files_.cosigned, note.bytes(), cosigned_file_mode);
  if (!written) return written.error();
  cosigned_ = std::move(kept);
  newest_.reset();
  return added_count;
}

// --- Tiles

Result<std::string> SignedLog::tile(const TileAddress& address) const {
  if (address.is_entries) return entries(address.id.index, address.width);
  const auto hashes = log_.tile(address.id, address.width);
  if (!hashes) return hashes.error();
  std::string bytes;
  bytes.reserve(hashes->size() * sizeof(Hash));
  for (const Hash& hash : *hashes) bytes += hash_bytes(hash);
  return bytes;
}

Result<std::string> SignedLog::entries(std::uint64_t index, std::size_t width) const {
  constexpr std::size_t entry_bytes = 2 + sizeof(Hash);
  std::string bytes = kept_bundle(index);
  if (bytes.size() >= width * entry_bytes) {
    bytes.resize(width * entry_bytes);
    return bytes;
  }
  const std::uint64_t size = log_.head().position.value();
  constexpr std::uint64_t bundle = events::tile_hashes_count;
  if (index > size / bundle || index * bundle + width > size) {
    return Error{ErrorCode::not_found, "the log does not have so many commits", {}};
  }
  bytes.reserve(width * entry_bytes);
  for (std::size_t i = bytes.size() / entry_bytes; i < width; ++i) {
    const Position position(index * bundle + i + 1);
    const auto stored = log_.read_bytes(position);
    if (!stored) return stored.error();
    bytes += '\0';
    bytes += static_cast<char>(sizeof(Hash));
    bytes += hash_bytes(events::commit_commitment(position, base::sha256(*stored)));
  }
  keep_bundle(index, bytes);
  return bytes;
}

std::string SignedLog::kept_bundle(std::uint64_t index) const {
  const base::Lock lock(bundles_mutex_);
  const auto kept = std::ranges::find(bundles_, index, &Bundle::index);
  if (kept == bundles_.end()) return {};
  bundles_.splice(bundles_.begin(), bundles_, kept);
  return kept->bytes;
}

void SignedLog::keep_bundle(std::uint64_t index, const std::string& bytes) const {
  const base::Lock lock(bundles_mutex_);
  const auto kept = std::ranges::find(bundles_, index, &Bundle::index);
  if (kept != bundles_.end()) {
    if (kept->bytes.size() < bytes.size()) kept->bytes = bytes;
    return;
  }
  bundles_.push_front({index, bytes});
  if (bundles_.size() > bundles_max) bundles_.pop_back();
}

// --- Proofs

Result<SignedLog::Inclusion> SignedLog::prove_inclusion(Position position,
                                                        std::uint64_t size) const {
  auto hashes = log_.inclusion_proof(position, size);
  if (!hashes) return hashes.error();
  const auto root = log_.root(size);
  if (!root) return root.error();
  const auto bytes = log_.read_bytes(position);
  if (!bytes) return bytes.error();
  return Inclusion{events::commit_commitment(position, base::sha256(*bytes)), *root,
                   *std::move(hashes)};
}

Result<SignedLog::Consistency> SignedLog::prove_consistency(std::uint64_t from,
                                                            std::uint64_t to) const {
  auto hashes = log_.consistency_proof(from, to);
  if (!hashes) return hashes.error();
  const auto from_root = log_.root(from);
  if (!from_root) return from_root.error();
  const auto to_root = log_.root(to);
  if (!to_root) return to_root.error();
  return Consistency{*from_root, *to_root, *std::move(hashes)};
}

Result<std::string> SignedLog::receipt(Position position) const {
  SignedNote note;
  {
    const base::Lock lock(mutex_);
    const bool is_cosigned = cosigned_ && cosigned_->checkpoint.size >= position.value();
    auto chosen =
        is_cosigned ? Result<SignedNote>(signed_note(cosigned_->checkpoint)) : signed_head();
    if (!chosen) return chosen.error();
    note = *std::move(chosen);
  }
  const auto checkpoint = parse_checkpoint(note.text);
  CODELOG_CHECK(checkpoint.operator bool(), "a checkpoint of this log is not one");
  const auto bytes = log_.read_bytes(position);
  if (!bytes) return bytes.error();
  const auto proof = log_.inclusion_proof(position, checkpoint->size);
  if (!proof) return proof.error();
  std::string text = "c2sp.org/tlog-proof@v1\nextra " + encode_base64(*bytes) + "\nindex " +
                     std::to_string(position.value() - 1) + "\n";
  for (const Hash& hash : *proof) text += encode_base64(hash_bytes(hash)) + "\n";
  return text + "\n" + note.bytes();
}

}  // namespace codelog::proofs
