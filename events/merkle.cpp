#include "events/merkle.h"

#include <bit>

#include "events/base/big_endian.h"
#include "events/base/check.h"

namespace codelog::events {
namespace {

// Where RFC 6962 splits a tree of at least two leaves: the largest power of two below its size.
std::uint64_t split_of(std::uint64_t size) { return std::bit_floor(size - 1); }

// Leaves [first, first + size), which in RFC 6962's recursion always begins at a multiple of
// bit_ceil(size).
base::Result<Hash> range_root(std::uint64_t first, std::uint64_t size,
                              const SubtreeRoot& subtree_root) {
  if (std::has_single_bit(size)) {
    const auto height = static_cast<unsigned>(std::countr_zero(size));
    return subtree_root(height, first >> height);
  }
  const std::uint64_t split = split_of(size);
  const auto left = range_root(first, split, subtree_root);
  if (!left) return left.error();
  const auto right = range_root(first + split, size - split, subtree_root);
  if (!right) return right.error();
  return node_hash(*left, *right);
}

}  // namespace

std::string_view hash_bytes(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

Hash commit_commitment(base::Position position, const base::Sha256& bytes_digest) {
  static constexpr std::string_view context("codelog commit v1\0", 18);
  const auto place = base::big_endian(position.value());
  return base::sha256(
      {context, std::string_view(place.data(), place.size()), hash_bytes(bytes_digest)});
}

Hash commit_leaf(base::Position position, const base::Sha256& bytes_digest) {
  return leaf_hash(hash_bytes(commit_commitment(position, bytes_digest)));
}

Hash leaf_hash(std::string_view data) { return base::sha256({std::string_view("\0", 1), data}); }

Hash node_hash(const Hash& left, const Hash& right) {
  char bytes[1 + 2 * sizeof(Hash)] = {1};
  hash_bytes(left).copy(bytes + 1, sizeof(Hash));
  hash_bytes(right).copy(bytes + 1 + sizeof(Hash), sizeof(Hash));
  return base::sha256(std::string_view(bytes, sizeof bytes));
}

Hash empty_root() { return base::sha256(""); }

Hash complete_root(std::span<const Hash> hashes) {
  CODELOG_CHECK(std::has_single_bit(hashes.size()), "a complete subtree has a power of two leaves");
  std::vector<Hash> row(hashes.begin(), hashes.end());
  for (std::size_t size = row.size(); size > 1; size /= 2) {
    for (std::size_t i = 0; i < size / 2; ++i) row[i] = node_hash(row[2 * i], row[2 * i + 1]);
  }
  return row[0];
}

void MerkleTree::append(const Hash& leaf, std::vector<Tile>& completed) {
  const auto add_to_tile = [this](unsigned level, const Hash& hash) {
    if (partial_tiles_.size() <= level) partial_tiles_.resize(level + 1);
    partial_tiles_[level].push_back(hash);
  };
  add_to_tile(0, leaf);
  Hash hash = leaf;
  unsigned height = 0;
  for (std::uint64_t count = size_; count & 1; count >>= 1) {
    hash = node_hash(complete_.back(), hash);
    complete_.pop_back();
    ++height;
    if (height % tile_height != 0) continue;
    const unsigned level = height / tile_height - 1;
    CODELOG_CHECK(partial_tiles_[level].size() == tile_hashes_count, "a full tile lacks hashes");
    completed.push_back({{level, size_ >> height}, std::move(partial_tiles_[level])});
    partial_tiles_[level].clear();
    add_to_tile(level + 1, hash);
  }
  complete_.push_back(hash);
  ++size_;
}

Hash MerkleTree::root() const {
  if (complete_.empty()) return empty_root();
  Hash root = complete_.back();
  for (std::size_t i = complete_.size() - 1; i > 0; --i) root = node_hash(complete_[i - 1], root);
  return root;
}

std::span<const Hash> MerkleTree::partial_tile(unsigned level) const {
  if (level >= partial_tiles_.size()) return {};
  return partial_tiles_[level];
}

MerkleTree MerkleTree::restore(std::uint64_t size, std::vector<std::vector<Hash>> partial_tiles) {
  MerkleTree tree;
  tree.size_ = size;
  for (std::size_t level = partial_tiles.size(); level-- > 0;) {
    std::span<const Hash> rest = partial_tiles[level];
    const std::uint64_t expected = (size >> (tile_height * level)) % tile_hashes_count;
    CODELOG_CHECK(rest.size() == expected, "a restored tile has another number of hashes");
    while (!rest.empty()) {
      const std::size_t count = std::bit_floor(rest.size());
      tree.complete_.push_back(complete_root(rest.first(count)));
      rest = rest.subspan(count);
    }
  }
  const auto complete_count = static_cast<std::size_t>(std::popcount(size));
  CODELOG_CHECK(tree.complete_.size() == complete_count, "a restored tree lacks a level");
  tree.partial_tiles_ = std::move(partial_tiles);
  return tree;
}

base::Result<Hash> root_at(std::uint64_t size, const SubtreeRoot& subtree_root) {
  if (size == 0) return empty_root();
  return range_root(0, size, subtree_root);
}

base::Result<std::vector<Hash>> prove_inclusion(std::uint64_t leaf, std::uint64_t size,
                                                const SubtreeRoot& subtree_root) {
  CODELOG_CHECK(leaf < size, "inclusion of a leaf beyond the tree");
  // Collected from the root down to the leaf; the proof lists them from the leaf up.
  std::vector<Hash> downwards;
  for (std::uint64_t first = 0; size > 1;) {
    const std::uint64_t split = split_of(size);
    const bool is_left = leaf - first < split;
    const auto other = is_left ? range_root(first + split, size - split, subtree_root)
                               : range_root(first, split, subtree_root);
    if (!other) return other.error();
    downwards.push_back(*other);
    if (!is_left) first += split;
    size = is_left ? split : size - split;
  }
  return std::vector<Hash>(downwards.rbegin(), downwards.rend());
}

base::Result<std::vector<Hash>> prove_consistency(std::uint64_t first_size, std::uint64_t size,
                                                  const SubtreeRoot& subtree_root) {
  CODELOG_CHECK(first_size <= size, "consistency with a larger tree");
  if (first_size == 0 || first_size == size) return std::vector<Hash>();
  // SUBPROOF of RFC 6962. `known` is true while the old tree is a complete left part, whose root
  // the auditor has.
  std::vector<Hash> downwards;
  std::uint64_t first = 0;
  bool known = true;
  while (first_size != size) {
    const std::uint64_t split = split_of(size);
    const bool is_left = first_size <= split;
    const auto other = is_left ? range_root(first + split, size - split, subtree_root)
                               : range_root(first, split, subtree_root);
    if (!other) return other.error();
    downwards.push_back(*other);
    if (is_left) {
      size = split;
    } else {
      first += split;
      first_size -= split;
      size -= split;
      known = false;
    }
  }
  if (!known) {
    const auto last = range_root(first, size, subtree_root);
    if (!last) return last.error();
    downwards.push_back(*last);
  }
  return std::vector<Hash>(downwards.rbegin(), downwards.rend());
}

bool verify_inclusion(const InclusionClaim& claim, std::span<const Hash> proof) {
  if (claim.leaf >= claim.size) return false;
  std::uint64_t node = claim.leaf;
  std::uint64_t last = claim.size - 1;
  Hash hash = claim.leaf_hash;
  for (const Hash& other : proof) {
    if (last == 0) return false;
    if ((node & 1) || node == last) {
      hash = node_hash(other, hash);
      while (!(node & 1) && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, other);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == claim.root;
}

bool verify_consistency(const ConsistencyClaim& claim, std::span<const Hash> proof) {
  if (claim.first_size > claim.size) return false;
  if (claim.first_size == claim.size) return proof.empty() && claim.first_root == claim.root;
  if (claim.first_size == 0) return proof.empty() && claim.first_root == empty_root();
  // Where the old tree is complete, its root takes the place of the proof's first hash.
  const bool complete = std::has_single_bit(claim.first_size);
  if (!complete && proof.empty()) return false;
  Hash first_hash = complete ? claim.first_root : proof.front();
  Hash hash = first_hash;
  if (!complete) proof = proof.subspan(1);
  std::uint64_t node = claim.first_size - 1;
  std::uint64_t last = claim.size - 1;
  for (; node & 1; node >>= 1) last >>= 1;
  for (const Hash& other : proof) {
    if (last == 0) return false;
    if ((node & 1) || node == last) {
      first_hash = node_hash(other, first_hash);
      hash = node_hash(other, hash);
      while (!(node & 1) && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, other);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && first_hash == claim.first_root && hash == claim.root;
}

}  // namespace codelog::events
