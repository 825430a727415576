// The stored Merkle tree: complete tiles from the log's RocksDB, the rest from the tree's right
// edge in memory.
#pragma once

#include "events/base/result.h"
#include "events/log_store.h"
#include "events/merkle.h"

namespace codelog::events {

// The right edge of the tree over commits 1..size: at most 255 commits and 255 tiles a level are
// read. Errors: corrupt, naming the commit or the tile that is missing or damaged.
base::Result<MerkleTree> load_tree(const LogStore& store, std::uint64_t size);

// A tile that must be there. Errors: corrupt, naming it; io.
base::Result<std::vector<Hash>> complete_tile(const LogStore& store, const TileId& id);

// For proofs over `edge` and its past; both must outlive what is returned.
SubtreeRoot stored_subtrees(const LogStore& store, const MerkleTree& edge);

}  // namespace codelog::events
