// The stored Merkle tree: complete tiles in the log's RocksDB, the tree's right edge in memory.
#pragma once

#include "events/base/result.h"
#include "events/merkle.h"
#include "events/rocksdb/log_store.h"

namespace codelog::events {

// Loads the right edge of the tree over commits 1..size; reads at most 255 commits, and 255 tiles
// for each level. Errors: corrupt, naming the missing or damaged commit or tile.
base::Result<MerkleTree> load_tree(const LogStore& store, std::uint64_t size);

// Reads a tile that must be stored. Errors: corrupt, naming the tile; io.
base::Result<std::vector<Hash>> complete_tile(const LogStore& store, const TileId& id);

// For proofs over `edge` and earlier trees. `store` and `edge` must outlive the returned function.
SubtreeRoot stored_subtrees(const LogStore& store, const MerkleTree& edge);

}  // namespace codelog::events
