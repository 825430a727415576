#include "events/rocksdb/log_tree.h"

#include "events/base/check.h"

namespace codelog::events {
namespace {

using base::Error;
using base::ErrorCode;

base::Result<Hash> stored_leaf(const LogStore& store, base::Position position) {
  const auto key = big_endian(position.value());
  rocksdb::PinnableSlice record;
  const auto found = store.get_into(Family::commits, {key.data(), key.size()}, record);
  if (!found) return found.error();
  if (!*found) {
    return Error{
        ErrorCode::corrupt, "commit " + std::to_string(position.value()) + " is missing", {}};
  }
  const auto payload = record_payload(position, view(record));
  if (!payload) return payload.error();
  return commit_leaf(position, base::sha256(*payload));
}

}  // namespace

base::Result<std::vector<Hash>> complete_tile(const LogStore& store, const TileId& id) {
  auto tile = store.tile(id);
  if (!tile) return tile.error();
  if (!*tile) {
    return Error{
        ErrorCode::corrupt,
        "tile " + std::to_string(id.level) + "/" + std::to_string(id.index) + " is missing",
        {}};
  }
  return std::move(**tile);
}

base::Result<MerkleTree> load_tree(const LogStore& store, std::uint64_t size) {
  std::vector<std::vector<Hash>> partial_tiles;
  for (unsigned level = 0; size >> (tile_height * level) != 0; ++level) {
    const std::uint64_t after = size >> (tile_height * level);
    std::vector<Hash>& hashes = partial_tiles.emplace_back();
    for (std::uint64_t index = after - after % tile_hashes_count; index < after; ++index) {
      if (level == 0) {
        const auto leaf = stored_leaf(store, base::Position(index + 1));
        if (!leaf) return leaf.error();
        hashes.push_back(*leaf);
      } else {
        const auto below = complete_tile(store, {level - 1, index});
        if (!below) return below.error();
        hashes.push_back(complete_root(*below));
      }
    }
    if (tile_height * (level + 1) >= 64) break;
  }
  return MerkleTree::restore(size, std::move(partial_tiles));
}

SubtreeRoot stored_subtrees(const LogStore& store, const MerkleTree& edge) {
  return [&store, &edge](unsigned height, std::uint64_t index) -> base::Result<Hash> {
    const unsigned level = height / tile_height;
    const std::size_t count = std::size_t{1} << (height % tile_height);
    const std::uint64_t first = index * count;  // among the hashes of this level
    const TileId id{level, first / tile_hashes_count};
    const std::size_t in_tile = first % tile_hashes_count;
    if (id.index >= complete_tiles_count(edge.size(), level)) {
      const auto partial = edge.partial_tile(level);
      CODELOG_CHECK(in_tile + count <= partial.size(), "a subtree beyond the tree's edge");
      return complete_root(partial.subspan(in_tile, count));
    }
    const auto tile = complete_tile(store, id);
    if (!tile) return tile.error();
    return complete_root(std::span(*tile).subspan(in_tile, count));
  };
}

}  // namespace codelog::events
