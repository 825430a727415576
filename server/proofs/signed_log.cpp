#include "server/proofs/signed_log.h"

#include <algorithm>

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

bool has(const SignedNote& note, const NoteSignature& signature) {
  return std::ranges::find(note.signatures, signature) != note.signatures.end();
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
  std::vector<VerifierKey> known = keys_.cosigners();
  for (const LogKey& key : keys_.all()) known.push_back(key.verifier);
  std::erase_if(note->signatures, [&](const NoteSignature& signature) {
    return std::ranges::none_of(
        known, [&](const VerifierKey& key) { return verifies(key, note->text, signature); });
  });
  const bool is_cosigned = std::ranges::any_of(
      keys_.cosigners(), [&](const VerifierKey& key) { return is_signed_by(*note, key); });
  if (!is_cosigned) return {};
  cosigned_ = Cosigned{*std::move(checkpoint), *std::move(note)};
  return {};
}

// --- Keys

Result<void> SignedLog::begin(const std::string& usual_origin,
                              const std::optional<std::string>& wanted_origin,
                              base::Timestamp now) {
  const base::Lock lock(mutex_);
  if (keys_.has_key() && (!wanted_origin || *wanted_origin == keys_.origin())) return {};
  newest_.reset();
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
  return keys_.trust(cosigner);
}

Result<void> SignedLog::distrust(const std::string& name) {
  const base::Lock lock(mutex_);
  return keys_.distrust(name);
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

Result<SignedNote> SignedLog::signed_note(const Checkpoint& checkpoint) const {
  SignedNote note{checkpoint.text(), {}};
  note.signatures = keys_.sign(note.text);
  if (!cosigned_ || cosigned_->checkpoint != checkpoint) return note;
  for (const NoteSignature& signature : cosigned_->note.signatures) {
    if (!has(note, signature)) note.signatures.push_back(signature);
  }
  return note;
}

Result<SignedNote> SignedLog::signed_head() const {
  if (!keys_.has_key()) return no_key();
  const events::Head head = log_.head();
  const Checkpoint checkpoint{keys_.origin(), head.position.value(), head.root};
  if (newest_ && newest_->text == checkpoint.text()) return *newest_;
  auto note = signed_note(checkpoint);
  if (note) newest_ = *note;
  return note;
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
  return cosigned_->note.bytes();
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
  std::vector<NoteSignature> good;
  for (const VerifierKey& cosigner : keys_.cosigners()) {
    for (const NoteSignature& signature : given->signatures) {
      if (signature.name != cosigner.name || signature.id != cosigner.id()) continue;
      if (!verifies(cosigner, given->text, signature)) {
        return Error{ErrorCode::forbidden, "the cosignature of " + cosigner.name + " is wrong", {}};
      }
      good.push_back(signature);
    }
  }
  if (good.empty()) {
    return Error{ErrorCode::forbidden, "no trusted cosigner has signed this checkpoint", {}};
  }
  if (cosigned_ && checkpoint->size < cosigned_->checkpoint.size) {
    return Error{ErrorCode::conflict,
                 "a checkpoint of " + std::to_string(cosigned_->checkpoint.size) +
                     " commits is cosigned already",
                 {}};
  }
  const bool is_same = cosigned_ && cosigned_->checkpoint == *checkpoint;
  // Kept by cosigner, so that nobody's repetitions grow the note: the last one of each.
  SignedNote note{given->text, keys_.sign(given->text)};
  std::size_t added_count = 0;
  if (is_same) {
    for (const NoteSignature& kept : cosigned_->note.signatures) {
      const bool is_replaced = std::ranges::any_of(good, [&](const NoteSignature& signature) {
        return signature.name == kept.name && signature.id == kept.id;
      });
      if (!is_replaced && !has(note, kept)) note.signatures.push_back(kept);
    }
  }
  for (const NoteSignature& signature : good) {
    if (has(note, signature)) continue;
    note.signatures.push_back(signature);
    if (!is_same || !has(cosigned_->note, signature)) ++added_count;
  }
  if (added_count == 0) return added_count;
  const auto written = base::write_file_durably(files_.cosigned, note.bytes(), cosigned_file_mode);
  if (!written) return written.error();
  cosigned_ = Cosigned{*checkpoint, std::move(note)};
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
  if (auto kept = kept_bundle(index)) {
    kept->resize(width * entry_bytes);
    return *std::move(kept);
  }
  const std::uint64_t size = log_.head().position.value();
  constexpr std::uint64_t bundle = events::tile_hashes_count;
  if (index > size / bundle || index * bundle + width > size) {
    return Error{ErrorCode::not_found, "the log does not have so many commits", {}};
  }
  std::string bytes;
  bytes.reserve(width * entry_bytes);
  for (std::size_t i = 0; i < width; ++i) {
    const Position position(index * bundle + i + 1);
    const auto stored = log_.read_bytes(position);
    if (!stored) return stored.error();
    bytes += '\0';
    bytes += static_cast<char>(sizeof(Hash));
    bytes += hash_bytes(events::commit_commitment(position, base::sha256(*stored)));
  }
  if (width == bundle) keep_bundle(index, bytes);
  return bytes;
}

std::optional<std::string> SignedLog::kept_bundle(std::uint64_t index) const {
  const base::Lock lock(bundles_mutex_);
  const auto kept = std::ranges::find(bundles_, index, &Bundle::index);
  if (kept == bundles_.end()) return std::nullopt;
  bundles_.splice(bundles_.begin(), bundles_, kept);
  return kept->bytes;
}

void SignedLog::keep_bundle(std::uint64_t index, const std::string& bytes) const {
  const base::Lock lock(bundles_mutex_);
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
    const bool is_cosigned = cosigned_ && cosigned_->checkpoint.size >= position.value() &&
                             keys_.has_key() && cosigned_->checkpoint.origin == keys_.origin();
    auto chosen = is_cosigned ? Result<SignedNote>(cosigned_->note) : signed_head();
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
