#include "server/proofs/log_audit.h"

#include <algorithm>

#include "server/proofs/tile_path.h"

namespace codelog::proofs {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using events::Hash;
using events::MerkleTree;
using events::Tile;
using events::tile_hashes_count;
using events::tile_height;
using events::TileId;

Error wrong(std::string detail) { return {ErrorCode::corrupt, std::move(detail), {}}; }

Error fork_from(const Checkpoint& seen) {
  return wrong("FORK: the log no longer has the history that was seen before, of " +
               std::to_string(seen.size) + " commits with the root " +
               encode_base64(events::hash_bytes(seen.root)) + ": do not rely on this log");
}

class Auditor {
 public:
  Auditor(const FetchPart& fetch, const AuditOptions& options) : fetch_(fetch), options_(options) {}

  // Returns how many commitments it has read.
  Result<std::uint64_t> run(const Checkpoint& checkpoint) {
    if (const auto begun = begin(checkpoint); !begun) return begun.error();
    const std::uint64_t first_size = tree_.size();
    while (tree_.size() < checkpoint.size) {
      if (const auto read = read_bundle(checkpoint.size); !read) return read.error();
      const bool goes_on = !options_.progress || options_.progress(tree_.size(), checkpoint.size);
      if (!goes_on) return Error{ErrorCode::unavailable, "stopped", {}};
    }
    if (const auto same = check_edge(); !same) return same.error();
    if (tree_.root() != checkpoint.root) {
      return wrong("the commitments do not lead to the root of the signed checkpoint");
    }
    return checkpoint.size - first_size;
  }

 private:
  Result<void> begin(const Checkpoint& checkpoint) {
    const auto& seen = options_.seen;
    if (!seen) return {};
    if (seen->origin != checkpoint.origin) {
      return wrong("the checkpoint seen before is of another log, " + seen->origin);
    }
    if (seen->size > checkpoint.size) {
      return wrong("the log has " + std::to_string(checkpoint.size) + " commits, but had " +
                   std::to_string(seen->size) + " before: it was cut short, or is another one");
    }
    if (seen->size == checkpoint.size && seen->root != checkpoint.root) return fork_from(*seen);
    if (options_.is_full || seen->size == 0) return {};
    return restore(*seen);
  }

  // The right edge of the tree that was seen, from tiles.
  Result<void> restore(const Checkpoint& seen) {
    std::vector<std::vector<Hash>> partial_tiles;
    for (unsigned level = 0; level < 8 && seen.size >> (tile_height * level) != 0; ++level) {
      const std::uint64_t count = seen.size >> (tile_height * level);
      const std::size_t width = count % tile_hashes_count;
      auto& hashes = partial_tiles.emplace_back();
      if (width == 0) continue;
      auto tile = fetch_tile({level, count / tile_hashes_count}, width);
      if (!tile) return tile.error();
      hashes = *std::move(tile);
    }
    tree_ = MerkleTree::restore(seen.size, std::move(partial_tiles));
    if (tree_.root() != seen.root) return fork_from(seen);
    return {};
  }

  Result<std::vector<Hash>> fetch_tile(const TileId& id, std::size_t width) {
    const TileAddress address{false, id, width};
    auto bytes = fetch_(address.path());
    // A log may drop a partial tile once it has the full one.
    if (!bytes && bytes.error().code == ErrorCode::not_found && width < tile_hashes_count) {
      bytes = fetch_(TileAddress{false, id, tile_hashes_count}.path());
    }
    if (!bytes) return bytes.error();
    if (bytes->size() < width * sizeof(Hash)) return wrong(address.path() + " is too short");
    std::vector<Hash> hashes(width);
    for (std::size_t i = 0; i < width; ++i) {
      std::copy_n(bytes->begin() + static_cast<std::ptrdiff_t>(i * sizeof(Hash)), sizeof(Hash),
                  hashes[i].begin());
    }
    return hashes;
  }

  Result<void> read_bundle(std::uint64_t size) {
    const std::uint64_t index = tree_.size() / tile_hashes_count;
    const auto width = std::min<std::uint64_t>(size - index * tile_hashes_count, tile_hashes_count);
    const TileAddress address{true, {0, index}, width};
    auto bytes = fetch_(address.path());
    if (!bytes && bytes.error().code == ErrorCode::not_found && width < tile_hashes_count) {
      bytes = fetch_(TileAddress{true, {0, index}, tile_hashes_count}.path());
    }
    if (!bytes) return bytes.error();
    std::string_view rest = *bytes;
    for (std::uint64_t at = index * tile_hashes_count; at < index * tile_hashes_count + width;
         ++at) {
      const auto entry = take_entry(rest);
      if (!entry) return wrong(address.path() + " is too short");
      if (at < tree_.size()) continue;  // seen before
      if (const auto added = add(*entry); !added) return added;
    }
    return {};
  }

  static std::optional<std::string_view> take_entry(std::string_view& rest) {
    if (rest.size() < 2) return std::nullopt;
    const std::size_t size = static_cast<unsigned char>(rest[0]) * std::size_t{256} +
                             static_cast<unsigned char>(rest[1]);
    if (rest.size() < 2 + size) return std::nullopt;
    const std::string_view entry = rest.substr(2, size);
    rest.remove_prefix(2 + size);
    return entry;
  }

  Result<void> add(std::string_view entry) {
    std::vector<Tile> completed;
    tree_.append(events::leaf_hash(entry), completed);
    for (const Tile& tile : completed) {
      const auto same = check_tile(tile.id, tile.hashes);
      if (!same) return same;
    }
    const bool is_seen_size = options_.seen && tree_.size() == options_.seen->size;
    if (is_seen_size && tree_.root() != options_.seen->root) return fork_from(*options_.seen);
    return {};
  }

  Result<void> check_tile(const TileId& id, std::span<const Hash> hashes) {
    const auto served = fetch_tile(id, hashes.size());
    if (!served) return served.error();
    if (std::ranges::equal(*served, hashes)) return {};
    return wrong(TileAddress{false, id, hashes.size()}.path() +
                 " does not have the hashes of its commitments");
  }

  Result<void> check_edge() {
    for (unsigned level = 0; tree_.size() >> (tile_height * level) != 0; ++level) {
      const auto hashes = tree_.partial_tile(level);
      if (hashes.empty()) continue;
      const std::uint64_t index = tree_.size() >> (tile_height * (level + 1));
      if (const auto same = check_tile({level, index}, hashes); !same) return same;
    }
    return {};
  }

  const FetchPart& fetch_;
  const AuditOptions& options_;
  MerkleTree tree_;
};

}  // namespace

Result<SignedCheckpoint> fetch_checkpoint(const FetchPart& fetch, const VerifierKey& key) {
  const auto bytes = fetch("checkpoint");
  if (!bytes) return bytes.error();
  auto note = parse_note(*bytes);
  if (!note) return wrong("the checkpoint is not one: " + note.error().detail);
  if (!is_signed_by(*note, key)) {
    return wrong("the checkpoint is not signed by the key " + key.text() +
                 ": if the log's operators have retired it, ask them for the present one");
  }
  auto checkpoint = parse_checkpoint(note->text);
  if (!checkpoint) return wrong(checkpoint.error().detail);
  if (checkpoint->origin != key.name) {
    return wrong("the checkpoint is of the log " + checkpoint->origin + ", not " + key.name);
  }
  return SignedCheckpoint{*std::move(checkpoint), *std::move(note)};
}

Result<std::uint64_t> audit_log(const FetchPart& fetch, const Checkpoint& checkpoint,
                                const AuditOptions& options) {
  return Auditor(fetch, options).run(checkpoint);
}

}  // namespace codelog::proofs
