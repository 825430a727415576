#include "events/rocksdb/log_loader.h"

#include <unordered_map>

#include "events/base/check.h"
#include "events/codec.h"
#include "events/rocksdb/free_space.h"
#include "events/rocksdb/log_entries.h"
#include "events/rocksdb/log_store.h"
#include "events/rocksdb/witness.h"

namespace codelog::events {
namespace {

using base::Error;
using base::ErrorCode;
using base::Position;

constexpr std::size_t batch_bytes_max = 1u << 20;

class RocksLoader final : public LogLoader {
 public:
  RocksLoader(LogOptions options, std::unique_ptr<LogStore> store)
      : options_(std::move(options)),
        free_space_(ask_volume_of(options_.folder), options_.free_bytes_min),
        store_(std::move(store)),
        batch_(store_->new_batch()) {
    state_.id = make_log_id();
    state_.head = {Position(0), empty_root(), options_.epoch_min};
    // The first entry of the batch, as in every log.
    LogStore::put_state(batch_, *store_, state_);
  }

  const std::string& id() const override { return state_.id; }

  base::Result<Commit> add(std::string_view bytes) override {
    Commit commit{state_.head.position.next(), {}};
    auto content = decode(bytes);
    if (!content) return about(commit, content.error().detail);
    commit.content = *std::move(content);
    if (auto fits = take_streams(commit); !fits) return fits.error();
    const auto& given = commit.content.idempotency;
    put_commit(batch_, *store_,
               {commit.position, bytes, commit.content.streams,
                given ? idempotency_key(commit.content.actor, given->key) : std::string(),
                given ? given->request_digest : base::Sha256{}});
    take_leaf(commit_leaf(commit.position, base::sha256(bytes)));
    state_.head.position = commit.position;
    for (const Event& event : commit.content.events) state_.next_ids.take(event);
    if (auto written = write_if_full(); !written) return written.error();
    return commit;
  }

  base::Result<Head> finish() override {
    for (const auto& [stream, version] : streams_) {
      put_stream_head(batch_, *store_, stream, StreamVersion(version));
      if (auto written = write_if_full(); !written) return written.error();
    }
    state_.head.root = tree_.root();
    LogStore::put_state(batch_, *store_, state_);
    if (auto written = write(); !written) return written.error();
    if (auto synced = store_->write_all_tables(); !synced) return synced.error();
    const auto witness = Witness::create(options_.witness_file, {state_.id, state_.head});
    if (!witness) return witness.error();
    return state_.head;
  }

 private:
  static Error about(const Commit& commit, const std::string& what) {
    return {
        ErrorCode::corrupt, "commit " + std::to_string(commit.position.value()) + ": " + what, {}};
  }

  base::Result<void> take_streams(const Commit& commit) {
    for (const StreamExpectation& stream : commit.content.streams) {
      std::uint64_t& version = streams_[stream.stream.name()];
      if (version != stream.version.value()) {
        return about(commit, "stream " + stream.stream.name() + " has " + std::to_string(version) +
                                 " commits before it, not " +
                                 std::to_string(stream.version.value()));
      }
      ++version;
    }
    return {};
  }

  void take_leaf(const Hash& leaf) {
    tiles_.clear();
    tree_.append(leaf, tiles_);
    for (const Tile& tile : tiles_) put_tile(batch_, *store_, tile);
  }

  base::Result<void> write_if_full() {
    if (batch_.GetDataSize() < batch_bytes_max) return {};
    return write();
  }

  base::Result<void> write() {
    if (auto room = free_space_.check_now(batch_.GetDataSize()); !room) return room;
    if (auto written = store_->write_unlogged(batch_); !written) return written;
    batch_.Clear();
    return {};
  }

  const LogOptions options_;
  FreeSpace free_space_;
  const std::unique_ptr<LogStore> store_;
  LogState state_;
  MerkleTree tree_;
  std::vector<Tile> tiles_;
  std::unordered_map<std::string, std::uint64_t> streams_;  // the number of commits of each
  rocksdb::WriteBatch batch_;
};

}  // namespace

base::Result<std::unique_ptr<LogLoader>> LogLoader::make(const LogOptions& options) {
  std::error_code error;
  if (std::filesystem::exists(options.folder / "CURRENT", error)) {
    return Error{ErrorCode::conflict, "there is a log in " + options.folder.string(), {}};
  }
  LogOptions complete = options;
  if (complete.witness_file.empty()) {
    complete.witness_file = complete.folder.string() + ".witness";
  }
  if (std::filesystem::exists(complete.witness_file, error)) {
    return Error{ErrorCode::conflict,
                 "there is a head witness at " + complete.witness_file.string() +
                     " already: it belongs to another log",
                 {}};
  }
  auto store = LogStore::open(complete, rocksdb::Env::Default());
  if (!store) return store.error();
  return std::unique_ptr<LogLoader>(
      std::make_unique<RocksLoader>(std::move(complete), std::move(*store)));
}

}  // namespace codelog::events
