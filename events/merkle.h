// The Merkle tree of RFC 6962 over all commits (SHA-256; leaves prefixed 0x00, nodes 0x01), stored
// as the tiles of C2SP tlog-tiles. A tile is 256 hashes; tile (level, index) holds the roots of the
// complete subtrees of 256^level leaves that begin at leaf index * 256^(level + 1).
//
// Leaf i is position i + 1. Its data is not the commit but a fixed-size commitment to the commit's
// bytes and position, so that neither erasure nor recompression breaks a proof:
//   SHA-256("codelog commit v1\0" || position (8 bytes, big-endian) || SHA-256(stored bytes))
// The stored bytes have 16 random ones (codec.h), so that a commitment tells nothing of a commit.
//
// Pure values and functions. A proof has O(log size) hashes, each computed from at most one tile.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "events/base/digest.h"
#include "events/base/result.h"
#include "events/base/strong.h"

namespace codelog::events {

using Hash = base::Sha256;

inline constexpr unsigned tile_height = 8;
inline constexpr std::size_t tile_hashes_count = 1u << tile_height;

// The commitment to the commit at `position` whose stored bytes have this digest.
Hash commit_commitment(base::Position position, const base::Sha256& bytes_digest);
// Its leaf hash.
Hash commit_leaf(base::Position position, const base::Sha256& bytes_digest);
// RFC 6962, 2.1.
Hash leaf_hash(std::string_view data);
Hash node_hash(const Hash& left, const Hash& right);
Hash empty_root();
// The bytes of a hash.
std::string_view hash_bytes(const Hash& hash);
// The root over hashes; their number must be a power of two.
Hash complete_root(std::span<const Hash> hashes);

struct TileId {
  unsigned level = 0;
  std::uint64_t index = 0;
  auto operator<=>(const TileId&) const = default;
};

struct Tile {
  TileId id;
  std::vector<Hash> hashes;  // tile_hashes_count of them
};

// The number of complete tiles on this level in a tree of `size` leaves.
constexpr std::uint64_t complete_tiles_count(std::uint64_t size, unsigned level) {
  const unsigned shift = tile_height * (level + 1);
  return shift < 64 ? size >> shift : 0;
}

// The right edge of a tree, which is all that appending needs. A few KB at any size.
class MerkleTree {
 public:
  // Adds the tiles that this leaf completes to `completed`, lowest level first. Constant time on
  // average.
  void append(const Hash& leaf, std::vector<Tile>& completed);

  std::uint64_t size() const { return size_; }
  Hash root() const;

  // The hashes of the incomplete tile at the right end of a level; empty above the levels in use.
  std::span<const Hash> partial_tile(unsigned level) const;

  // Restores a tree from its incomplete tiles: partial_tiles[level] has (size >> 8 level) % 256
  // hashes.
  static MerkleTree restore(std::uint64_t size, std::vector<std::vector<Hash>> partial_tiles);

 private:
  std::uint64_t size_ = 0;
  std::vector<std::vector<Hash>> partial_tiles_;
  std::vector<Hash> complete_;  // roots of the complete subtrees of the tree, largest first
};

// The root of the complete subtree over leaves [index << height, (index + 1) << height).
using SubtreeRoot = std::function<base::Result<Hash>(unsigned height, std::uint64_t index)>;

// The root of the tree at an earlier `size`; every leaf must be there. Errors: those of
// `subtree_root`.
base::Result<Hash> root_at(std::uint64_t size, const SubtreeRoot& subtree_root);
// RFC 6962, 2.1.1; leaf < size.
base::Result<std::vector<Hash>> prove_inclusion(std::uint64_t leaf, std::uint64_t size,
                                                const SubtreeRoot& subtree_root);
// RFC 6962, 2.1.2; first_size <= size. Empty when first_size is 0 or size.
base::Result<std::vector<Hash>> prove_consistency(std::uint64_t first_size, std::uint64_t size,
                                                  const SubtreeRoot& subtree_root);

// The auditor's checks (RFC 9162, 2.1.3.2 and 2.1.4.2).
struct InclusionClaim {
  std::uint64_t leaf = 0;
  std::uint64_t size = 0;
  Hash leaf_hash{};
  Hash root{};
};
bool verify_inclusion(const InclusionClaim& claim, std::span<const Hash> proof);

struct ConsistencyClaim {
  std::uint64_t first_size = 0;
  std::uint64_t size = 0;
  Hash first_root{};
  Hash root{};
};
bool verify_consistency(const ConsistencyClaim& claim, std::span<const Hash> proof);

}  // namespace codelog::events
