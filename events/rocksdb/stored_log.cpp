#include "events/rocksdb/stored_log.h"

#include <chrono>
#include <thread>

#include "events/rocksdb/log_reader.h"
#include "events/rocksdb/log_store.h"
#include "events/rocksdb/log_tree.h"
#include "events/rocksdb/witness.h"

namespace codelog::events {
namespace {

using base::Error;
using base::ErrorCode;
using base::Position;

// RocksDB does not promise that a log can be read beside its writer: files of the list that was
// read first may be gone when they are opened. A gap that this leaves is noticed, and read again.
constexpr int attempts_max = 10;
constexpr std::chrono::milliseconds retry_interval{100};

class CheckedBytesReader final : public StoredLog::BytesReader {
 public:
  CheckedBytesReader(const LogStore& store, Position first, Position head)
      : store_(store), records_(store, first, head, Direction::forward) {}

  base::Result<std::optional<std::string_view>> next() override {
    const auto record = records_.next();
    if (!record) return record.error();
    if (!*record) return std::optional<std::string_view>();
    const auto [position, bytes] = **record;
    const Hash* leaf = stored_leaf(position.value() - 1);
    if (leaf != nullptr && commit_leaf(position, base::sha256(bytes)) != *leaf) {
      return Error{ErrorCode::corrupt,
                   "commit " + std::to_string(position.value()) +
                       " is not the commit that the log's Merkle tree was made of",
                   {}};
    }
    return std::optional(bytes);
  }

 private:
  const Hash* stored_leaf(std::uint64_t leaf) {
    const std::uint64_t index = leaf / tile_hashes_count;
    if (index != tile_index_) {
      auto tile = store_.tile({0, index});
      tile_ = tile && *tile ? std::move(**tile) : std::vector<Hash>();
      tile_index_ = index;
    }
    return tile_.empty() ? nullptr : &tile_[leaf % tile_hashes_count];
  }

  const LogStore& store_;
  RecordScanner records_;
  std::vector<Hash> tile_;  // the last tile that was looked up; empty if there is none to read
  std::optional<std::uint64_t> tile_index_;
};

class RocksStoredLog final : public StoredLog {
 public:
  RocksStoredLog(std::unique_ptr<LogStore> store, LogState state, WitnessedEnd witnessed)
      : store_(std::move(store)), state_(std::move(state)), witnessed_(std::move(witnessed)) {
    auto edge = load_tree(*store_, state_.head.position.value());
    if (edge && edge->root() == state_.head.root) edge_ = *std::move(edge);
  }

  // False if something is missing: of a damaged log, or of one that was written meanwhile.
  bool is_whole() const {
    const Position end = state_.head.position;
    if (!edge_ || !store_->check_dense(end)) return false;
    return !witnessed_.head || witnessed_.head->position <= end;
  }

  const Head& head() const override { return state_.head; }
  const WitnessedEnd& witnessed() const override { return witnessed_; }

  std::unique_ptr<BytesReader> read_bytes(Position first) const override {
    return std::make_unique<CheckedBytesReader>(*store_, first, state_.head.position);
  }

  std::optional<base::Sha256> root(std::uint64_t size) const override {
    if (!edge_) return std::nullopt;
    const auto root = root_at(size, stored_subtrees(*store_, *edge_));
    return root ? std::optional(*root) : std::nullopt;
  }

 private:
  const std::unique_ptr<LogStore> store_;
  const LogState state_;
  const WitnessedEnd witnessed_;
  std::optional<MerkleTree> edge_;  // nothing if the end of the tree is damaged
};

base::Result<std::unique_ptr<RocksStoredLog>> open_once(const std::filesystem::path& folder,
                                                        const std::filesystem::path& witness_file) {
  // The witness comes first: it is never ahead of the log.
  const auto witness = Witness::read(witness_file);
  auto store = LogStore::open_for_reading(folder);
  if (!store) return store.error();
  auto state = (*store)->read_state();
  if (!state) return state.error();
  if (!*state) return Error{ErrorCode::not_found, "there is no log in " + folder.string(), {}};
  WitnessedEnd witnessed;
  if (!witness) {
    witnessed.problem = witness.error().detail;
  } else if (*witness && (*witness)->log_id != (**state).id) {
    witnessed.problem = "the head witness " + witness_file.string() + " is that of another log";
  } else if (*witness) {
    witnessed.head = (*witness)->head;
  }
  return std::make_unique<RocksStoredLog>(std::move(*store), std::move(**state),
                                          std::move(witnessed));
}

}  // namespace

std::optional<Head> StoredLog::witnessed_end(const std::filesystem::path& witness_file) {
  const auto witness = Witness::read(witness_file);
  return witness && *witness ? std::optional((*witness)->head) : std::nullopt;
}

base::Result<std::unique_ptr<StoredLog>> StoredLog::open(
    const std::filesystem::path& folder, const std::filesystem::path& witness_file) {
  for (int attempt = 1;; ++attempt) {
    auto opened = open_once(folder, witness_file);
    const bool is_good = opened && (*opened)->is_whole();
    const bool is_absent = !opened && opened.error().code == ErrorCode::not_found;
    if (!is_good && !is_absent && attempt < attempts_max) {
      std::this_thread::sleep_for(retry_interval);
      continue;
    }
    if (!opened) return opened.error();
    return std::unique_ptr<StoredLog>(std::move(*opened));
  }
}

}  // namespace codelog::events
