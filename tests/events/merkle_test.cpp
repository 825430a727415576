#include "events/merkle.h"

#include <rapidcheck/catch.h>
#include <catch2/catch.hpp>

#include <map>

#include "events/rocksdb/record.h"

namespace codelog::events::merkle_test {
namespace {

std::string hex(const Hash& hash) { return base::to_hex(hash); }

// RFC 6962, 2.1, word for word and slowly: an independent implementation to compare ours with.
Hash naive_root(std::span<const Hash> leaves) {
  if (leaves.empty()) return base::sha256("");
  if (leaves.size() == 1) return leaves[0];
  std::size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  const Hash left = naive_root(leaves.first(k));
  const Hash right = naive_root(leaves.subspan(k));
  std::string node("\x01");
  node.append(left.begin(), left.end());
  node.append(right.begin(), right.end());
  return base::sha256(node);
}

std::vector<Hash> naive_path(std::size_t m, std::span<const Hash> leaves) {
  if (leaves.size() == 1) return {};
  std::size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  std::vector<Hash> path;
  if (m < k) {
    path = naive_path(m, leaves.first(k));
    path.push_back(naive_root(leaves.subspan(k)));
  } else {
    path = naive_path(m - k, leaves.subspan(k));
    path.push_back(naive_root(leaves.first(k)));
  }
  return path;
}

std::vector<Hash> naive_subproof(std::size_t m, std::span<const Hash> leaves, bool known) {
  if (m == leaves.size()) return known ? std::vector<Hash>{} : std::vector{naive_root(leaves)};
  std::size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  std::vector<Hash> proof;
  if (m <= k) {
    proof = naive_subproof(m, leaves.first(k), known);
    proof.push_back(naive_root(leaves.subspan(k)));
  } else {
    proof = naive_subproof(m - k, leaves.subspan(k), false);
    proof.push_back(naive_root(leaves.first(k)));
  }
  return proof;
}

std::vector<Hash> some_leaves(std::size_t count) {
  std::vector<Hash> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash("leaf " + std::to_string(i)));
  return leaves;
}

SubtreeRoot subtrees_of(const std::vector<Hash>& leaves) {
  return [&leaves](unsigned height, std::uint64_t index) -> base::Result<Hash> {
    const std::size_t count = std::size_t{1} << height;
    return naive_root(std::span(leaves).subspan(index * count, count));
  };
}

// The eight leaves of the certificate-transparency test data.
std::vector<Hash> reference_leaves() {
  const std::vector<std::string> data = {
      "",
      std::string("\x00", 1),
      "\x10",
      "\x20\x21",
      "\x30\x31",
      "\x40\x41\x42\x43",
      "\x50\x51\x52\x53\x54\x55\x56\x57",
      "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
  std::vector<Hash> leaves;
  for (const std::string& bytes : data) leaves.push_back(leaf_hash(bytes));
  return leaves;
}

}  // namespace

TEST_CASE("roots equal the published ones of Certificate Transparency", "[merkle]") {
  CHECK(hex(empty_root()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const std::vector<std::string> roots = {
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  MerkleTree tree;
  std::vector<Tile> tiles;
  for (const Hash& leaf : reference_leaves()) {
    tree.append(leaf, tiles);
    CHECK(hex(tree.root()) == roots[tree.size() - 1]);
  }
  CHECK(tiles.empty());
}

TEST_CASE("proofs equal the published ones of Certificate Transparency", "[merkle]") {
  const std::vector<Hash> leaves = reference_leaves();
  const auto hexes = [](const base::Result<std::vector<Hash>>& proof) {
    std::vector<std::string> all;
    for (const Hash& hash : *proof) all.push_back(hex(hash));
    return all;
  };
  using Proof = std::vector<std::string>;
  CHECK(hexes(prove_inclusion(0, 8, subtrees_of(leaves))) ==
        Proof{"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
              "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
              "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"});
  CHECK(hexes(prove_inclusion(5, 8, subtrees_of(leaves))) ==
        Proof{"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
              "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
              "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"});
  CHECK(hexes(prove_consistency(6, 8, subtrees_of(leaves))) ==
        Proof{"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
              "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
              "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"});
  CHECK(hexes(prove_consistency(1, 1, subtrees_of(leaves))).empty());
}

TEST_CASE("every proof of small trees equals RFC 6962's and is accepted; other claims are refused",
          "[merkle]") {
  const std::vector<Hash> leaves = some_leaves(35);
  const SubtreeRoot subtrees = subtrees_of(leaves);
  for (std::uint64_t size = 0; size <= leaves.size(); ++size) {
    CAPTURE(size);
    const auto tree = std::span(leaves).first(size);
    const Hash root = naive_root(tree);
    CHECK(root_at(size, subtrees).value() == root);
    for (std::uint64_t leaf = 0; leaf < size; ++leaf) {
      const std::vector<Hash> proof = *prove_inclusion(leaf, size, subtrees);
      CHECK(proof == naive_path(leaf, tree));
      CHECK(verify_inclusion({leaf, size, leaves[leaf], root}, proof));
      CHECK_FALSE(verify_inclusion({leaf, size, leaf_hash("another"), root}, proof));
      CHECK_FALSE(verify_inclusion({leaf, size, leaves[leaf], leaf_hash("another")}, proof));
      CHECK_FALSE(verify_inclusion({size, size, leaves[leaf], root}, proof));
      std::vector<Hash> longer = proof;
      longer.push_back(root);
      CHECK_FALSE(verify_inclusion({leaf, size, leaves[leaf], root}, longer));
      if (size > 1) {
        CHECK_FALSE(verify_inclusion({leaf, size, leaves[leaf], root},
                                     std::span(proof).first(proof.size() - 1)));
        CHECK_FALSE(verify_inclusion({(leaf + 1) % size, size, leaves[leaf], root}, proof));
      }
    }
    for (std::uint64_t first = 0; first <= size; ++first) {
      CAPTURE(first);
      const Hash first_root = naive_root(std::span(leaves).first(first));
      const std::vector<Hash> proof = *prove_consistency(first, size, subtrees);
      if (first > 0) CHECK(proof == naive_subproof(first, tree, true));
      CHECK(verify_consistency({first, size, first_root, root}, proof));
      CHECK_FALSE(verify_consistency({first, size, leaf_hash("another"), root}, proof));
      if (first == 0) continue;
      CHECK_FALSE(verify_consistency({first, size, first_root, leaf_hash("another")}, proof));
      CHECK_FALSE(verify_consistency({size + 1, size, first_root, root}, proof));
      for (std::size_t i = 0; i < proof.size(); ++i) {
        std::vector<Hash> wrong = proof;
        wrong[i][0] ^= 1;
        CHECK_FALSE(verify_consistency({first, size, first_root, root}, wrong));
      }
    }
  }
}

TEST_CASE("a growing tree has RFC 6962's roots, and its tiles hold every complete subtree",
          "[merkle]") {
  const std::size_t count = 70'000;  // two tiles of level 1, and part of one of level 2
  const std::vector<Hash> leaves = some_leaves(count);
  MerkleTree tree;
  std::vector<Tile> tiles;
  for (std::size_t i = 0; i < count; ++i) {
    tree.append(leaves[i], tiles);
    if (i % 4999 == 0 || i == 255 || i == 256 || i == 65'535) {
      CHECK(tree.root() == naive_root(std::span(leaves).first(i + 1)));
    }
  }
  CHECK(tree.root() == naive_root(leaves));
  std::map<TileId, std::vector<Hash>> by_id;
  for (const Tile& tile : tiles) CHECK(by_id.emplace(tile.id, tile.hashes).second);
  CHECK(by_id.size() == complete_tiles_count(count, 0) + complete_tiles_count(count, 1));
  CHECK(complete_tiles_count(count, 0) == 273);
  CHECK(complete_tiles_count(count, 1) == 1);
  CHECK(complete_tiles_count(count, 7) == 0);
  for (const auto& [id, hashes] : by_id) {
    REQUIRE(hashes.size() == tile_hashes_count);
    const std::size_t width = std::size_t{1} << (tile_height * id.level);
    for (std::size_t i = 0; i < hashes.size(); i += 51) {
      const std::size_t first = (id.index * tile_hashes_count + i) * width;
      CHECK(hashes[i] == naive_root(std::span(leaves).subspan(first, width)));
    }
  }
  std::vector<std::vector<Hash>> partial;
  for (unsigned level = 0; level < 3; ++level) {
    const auto hashes = tree.partial_tile(level);
    partial.emplace_back(hashes.begin(), hashes.end());
  }
  const MerkleTree restored = MerkleTree::restore(count, std::move(partial));
  CHECK(restored.root() == tree.root());
  CHECK(restored.size() == count);
}

TEST_CASE("a restored tree grows like the original", "[merkle][property]") {
  rc::prop("at any size", [] {
    const auto size = *rc::gen::inRange<std::size_t>(0, 1200);
    const auto more = *rc::gen::inRange<std::size_t>(0, 600);
    const std::vector<Hash> leaves = some_leaves(size + more);
    MerkleTree tree;
    std::vector<Tile> tiles;
    for (std::size_t i = 0; i < size; ++i) tree.append(leaves[i], tiles);
    std::vector<std::vector<Hash>> partial;
    for (unsigned level = 0; level < 2; ++level) {
      const auto hashes = tree.partial_tile(level);
      partial.emplace_back(hashes.begin(), hashes.end());
    }
    MerkleTree restored = MerkleTree::restore(size, std::move(partial));
    std::vector<Tile> expected;
    tiles.clear();
    for (std::size_t i = size; i < leaves.size(); ++i) {
      tree.append(leaves[i], expected);
      restored.append(leaves[i], tiles);
    }
    RC_ASSERT(restored.root() == tree.root());
    RC_ASSERT(tiles.size() == expected.size());
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      RC_ASSERT(tiles[i].id == expected[i].id);
      RC_ASSERT(tiles[i].hashes == expected[i].hashes);
    }
  });
}

TEST_CASE("a leaf commits to the position and the bytes", "[merkle]") {
  const base::Sha256 digest = base::sha256("bytes");
  std::string data("codelog commit v1\0\0\0\0\0\0\0\1\2", 26);
  data.append(digest.begin(), digest.end());
  const base::Sha256 commitment = base::sha256(data);
  std::string leaf("\0", 1);
  leaf.append(commitment.begin(), commitment.end());
  CHECK(commit_leaf(base::Position(0x102), digest) == base::sha256(leaf));
  CHECK(commit_leaf(base::Position(0x103), digest) != base::sha256(leaf));
}

TEST_CASE("a record is read back only at its own position and unchanged", "[record]") {
  using base::Position;
  const std::string payload = "some payload of a commit";
  const auto header = record_header(Position(7), payload);
  const std::string record = std::string(header.data(), header.size()) + payload;
  CHECK(record_payload(Position(7), record).value() == payload);
  CHECK(record_payload(Position(8), record).error().code == base::ErrorCode::corrupt);
  for (std::size_t i = 0; i < record.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = record;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      CHECK_FALSE(record_payload(Position(7), damaged));
    }
    CHECK_FALSE(record_payload(Position(7), std::string_view(record).substr(0, i)));
  }
  CHECK_FALSE(record_payload(Position(7), record + "x"));
  CHECK(crc32c("123456789") == 0xe3069283);
  for (std::size_t size = 0; size <= record.size(); ++size) {
    CHECK(crc32c(record.substr(0, size), 7) == crc32c_portable(record.substr(0, size), 7));
  }
  CHECK(crc32c("6789", crc32c("12345")) == 0xe3069283);
}

TEST_CASE("keys sort as their numbers and streams do", "[record]") {
  CHECK(stream_key("a", StreamVersion(255)) < stream_key("a", StreamVersion(256)));
  CHECK(stream_key("a", StreamVersion(~0ull)) < stream_key("a/b", StreamVersion(1)));
  const auto number = big_endian(0x0102030405060708);
  CHECK(std::string(number.data(), number.size()) == "\1\2\3\4\5\6\7\b");
  CHECK(from_big_endian({number.data(), number.size()}) == 0x0102030405060708);
}

}  // namespace codelog::events::merkle_test
