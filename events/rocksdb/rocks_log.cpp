#include "events/rocksdb/rocks_log.h"

#include <rocksdb/env.h>
#include <sys/random.h>

#include <algorithm>
#include <limits>

#include "events/base/check.h"
#include "events/base/mutex.h"
#include "events/base/waiting.h"
#include "events/codec.h"
#include "events/draft_check.h"
#include "events/rocksdb/committer.h"
#include "events/rocksdb/free_space.h"
#include "events/rocksdb/log_internal.h"
#include "events/rocksdb/log_reader.h"
#include "events/rocksdb/log_tree.h"
#include "events/rocksdb/log_verify.h"

namespace codelog::events {
namespace {

using base::Error;
using base::ErrorCode;

Blinding random_blinding() {
  Blinding blinding{};
  // So few bytes are never interrupted.
  const auto count = ::getrandom(blinding.data(), blinding.size(), 0);
  CODELOG_CHECK(count == static_cast<ssize_t>(blinding.size()), "the system has no random bytes");
  return blinding;
}

Pending make_pending(CommitDraft draft, std::string payload) {
  auto pending = std::make_shared<PendingCommit>();
  pending->payload_digest = base::sha256(payload);
  pending->payload = std::move(payload);
  if (draft.idempotency) {
    pending->idempotency_key = idempotency_key(draft.actor, draft.idempotency->key);
    pending->request_digest = draft.idempotency->request_digest;
  }
  pending->commit.content = std::move(draft);
  return pending;
}

// The commit is in the queue and will be written, so its writer must not be told of an error.
void call(const std::function<void()>& sequenced) noexcept { sequenced(); }

// Waits for the commit. Returns nothing when it is durable, else the reason why it may not be.
std::optional<Error> failure_of(const PendingCommit& pending,
                                std::chrono::steady_clock::time_point deadline) {
  if (pending.wait_until(deadline)) return pending.failure();
  return Error{ErrorCode::unconfirmed,
               "the disk did not confirm the change in time, so it may or may not be saved; repeat "
               "the request with the same Idempotency-Key to find out",
               {}};
}

// The parts of an opened log, ready to run.
struct OpenedParts {
  LogOptions options;
  std::unique_ptr<LogStore> store;
  std::unique_ptr<Witness> witness;
  LogState state;
  MerkleTree tree;
  std::optional<Refusal> latch;
};

class RocksLog final : public EventLog {
 public:
  RocksLog(OpenedParts parts, AskFreeSpace ask)
      : options_(std::move(parts.options)),
        id_(parts.state.id),
        free_space_(std::move(ask), options_.free_bytes_min),
        store_(std::move(parts.store)),
        witness_(std::move(parts.witness)),
        published_(parts.state.head, parts.tree),
        sequencer_(*store_, parts.state, {options_.queue_commits_max, options_.queue_bytes_max}) {
    if (parts.latch) sequencer_.latch(*std::move(parts.latch));
    committer_.emplace(Committer::Parts{*store_, free_space_, sequencer_, published_, *witness_},
                       std::move(parts.state), std::move(parts.tree),
                       options_.witness_sync_interval);
  }

  ~RocksLog() override { sequencer_.close(); }

  base::Result<std::unique_ptr<Following>> follow(base::Position after,
                                                  Follower follower) override {
    return committer_->follow(after, std::move(follower));
  }

  base::Result<Appended> append(CommitDraft draft, const AppendTerms& terms) override {
    if (auto good = check_draft(draft); !good) return good.error();
    auto payload = encode_blinded(draft, random_blinding());
    if (!payload) return payload.error();
    if (auto space = free_space_.accept(payload->size()); !space) return space.error();
    const Pending pending = make_pending(std::move(draft), *std::move(payload));
    pending->decided_on = terms.next_ids;
    const base::Waiting waiting;
    const auto deadline = std::chrono::steady_clock::now() + options_.append_wait_max;
    const auto entry = sequencer_.enter(pending, deadline);
    if (!entry) return entry.error();
    if (entry->pending == pending) {
      if (terms.sequenced) call(terms.sequenced);
      committer_->commit_queued();
    }
    base::Position earlier;
    if (entry->stored) {
      earlier = *entry->stored;
    } else {
      if (auto failure = failure_of(*entry->pending, deadline)) return *std::move(failure);
      if (entry->pending == pending) return Appended{std::move(pending->commit), false};
      earlier = entry->pending->position;
    }
    auto commit = read(earlier);
    if (!commit) return commit.error();
    return Appended{*std::move(commit), true};
  }

  base::Result<std::optional<Commit>> find_idempotent(const std::string& actor,
                                                      const IdempotencyKey& key) const override {
    const auto entry =
        sequencer_.find_idempotent(idempotency_key(actor, key.key), key.request_digest);
    if (!entry) return entry.error();
    if (!*entry) return std::optional<Commit>();
    if ((*entry)->pending) {
      const base::Waiting waiting;
      const auto deadline = std::chrono::steady_clock::now() + options_.append_wait_max;
      if (auto failure = failure_of(*(*entry)->pending, deadline)) return *std::move(failure);
    }
    auto commit = read((*entry)->stored ? *(*entry)->stored : (*entry)->pending->position);
    if (!commit) return commit.error();
    return std::optional(*std::move(commit));
  }

  std::string id() const override { return id_; }
  Head head() const override { return published_.head(); }
  bool latched() const override { return sequencer_.latched().has_value(); }
  std::optional<Refusal> refusal() const override {
    if (auto latched = sequencer_.latched()) return latched;
    if (const auto space = free_space_.accept(0); !space) {
      return Refusal{RefusalKind::disk_full, space.error().detail, ""};
    }
    if (store_->lacks_space()) {
      return Refusal{RefusalKind::disk_full,
                     "the volume of the log was full, and writes are tried again with the next one",
                     ""};
    }
    return std::nullopt;
  }

  void give_back_memory() override {
    if (!refusal()) store_->write_idle_tables();
  }

  base::StreamVersion stream_version(const Stream& stream) const override {
    const auto version = sequencer_.stream_version(stream.name());
    return version ? *version : StreamVersion(std::numeric_limits<std::uint64_t>::max());
  }

  NextIds next_ids() const override { return sequencer_.next_ids(); }

  base::Result<Commit> read(base::Position position) const override {
    if (auto there = check_position(position); !there) return there.error();
    Commit commit;
    if (auto got = read_commit(*store_, position, commit); !got) return got.error();
    return commit;
  }

  base::Result<std::string> read_bytes(base::Position position) const override {
    if (auto there = check_position(position); !there) return there.error();
    return read_commit_bytes(*store_, position);
  }

  std::unique_ptr<CommitReader> read_all(base::Position first, Direction direction) const override {
    return make_log_reader(*store_, first, head().position, direction);
  }

  std::unique_ptr<CommitReader> read_stream(const Stream& stream, base::StreamVersion first,
                                            Direction direction) const override {
    return make_stream_reader(*store_, stream.name(), first, head().position, direction);
  }

  base::Result<base::Position> stream_position(const Stream& stream,
                                               base::StreamVersion version) const override {
    return read_stream_position(*store_, stream.name(), version);
  }

  bool wait_for(base::Position position, std::chrono::milliseconds timeout) const override {
    const base::Waiting waiting;
    return published_.wait_for(position, timeout);
  }

  base::Result<Hash> root(std::uint64_t size) const override {
    return with_tree(size, [&](const SubtreeRoot& roots) { return root_at(size, roots); });
  }

  base::Result<std::vector<Hash>> inclusion_proof(base::Position position,
                                                  std::uint64_t size) const override {
    if (position == base::Position(0) || position.value() > size) {
      return Error{ErrorCode::invalid,
                   "commit " + std::to_string(position.value()) + " is not among the first " +
                       std::to_string(size),
                   {}};
    }
    return with_tree(size, [&](const SubtreeRoot& roots) {
      return prove_inclusion(position.value() - 1, size, roots);
    });
  }

  base::Result<std::vector<Hash>> consistency_proof(std::uint64_t first_size,
                                                    std::uint64_t size) const override {
    if (first_size > size) {
      return Error{ErrorCode::invalid,
                   "a tree of " + std::to_string(first_size) + " commits is not a part of one of " +
                       std::to_string(size),
                   {}};
    }
    return with_tree(
        size, [&](const SubtreeRoot& roots) { return prove_consistency(first_size, size, roots); });
  }

  base::Result<std::vector<Hash>> tile(const TileId& id, std::size_t width) const override {
    const Published::State state = published_.state();
    if (auto whole = check_edge(state); !whole) return whole.error();
    const std::uint64_t complete_count = complete_tiles_count(state.tree.size(), id.level);
    if (id.index < complete_count) {
      auto hashes = complete_tile(*store_, id);
      if (hashes) hashes->resize(std::min(width, tile_hashes_count));
      return hashes;
    }
    const auto partial = state.tree.partial_tile(id.level);
    if (id.index > complete_count || width > partial.size()) {
      return Error{ErrorCode::not_found, "the log does not have so many commits", {}};
    }
    return std::vector<Hash>(partial.begin(), partial.begin() + static_cast<std::ptrdiff_t>(width));
  }

  base::Result<std::vector<Finding>> verify(const VerifyProgress& progress) const override {
    // Head and edge come from one published state, so they agree.
    const Published::State state = published_.state();
    return verify_log(*store_, state.head, state.tree, options_.witness_file, progress);
  }

 private:
  base::Result<void> check_position(base::Position position) const {
    const base::Position last = head().position;
    if (position >= base::Position(1) && position <= last) return {};
    return Error{ErrorCode::not_found,
                 "there is no commit " + std::to_string(position.value()) + "; the log ends at " +
                     std::to_string(last.value()),
                 {}};
  }

  // A log opened with a damaged end has no edge.
  static base::Result<void> check_edge(const Published::State& state) {
    if (state.tree.size() == state.head.position.value()) return {};
    return Error{ErrorCode::corrupt, "the end of the Merkle tree cannot be derived", {}};
  }

  template <class Prove>
  std::invoke_result_t<Prove, const SubtreeRoot&> with_tree(std::uint64_t size, Prove prove) const {
    const Published::State state = published_.state();
    if (auto whole = check_edge(state); !whole) return whole.error();
    if (size > state.tree.size()) {
      return Error{ErrorCode::invalid,
                   "the log has " + std::to_string(state.tree.size()) + " commits, not " +
                       std::to_string(size),
                   {}};
    }
    return prove(stored_subtrees(*store_, state.tree));
  }

  const LogOptions options_;
  const std::string id_;
  mutable FreeSpace free_space_;
  std::unique_ptr<LogStore> store_;
  std::unique_ptr<Witness> witness_;
  Published published_;
  mutable Sequencer sequencer_;
  std::optional<Committer> committer_;  // Declared last: its thread uses the members above.
};

// --- Opening

Error witness_error(const LogOptions& options, const std::string& what) {
  return {ErrorCode::corrupt,
          what + ". Nothing was changed. Keep a copy of " + options.folder.string() + " and " +
              options.witness_file.string() +
              "; restore the log from its latest backup; or, if you accept the loss of the missing "
              "part, move the witness away and run: codelog log verify --accept-missing-witness",
          {}};
}

base::Result<std::unique_ptr<Witness>> check_witness(const LogOptions& options,
                                                     const LogState& state, const LogStore& store,
                                                     const MerkleTree& tree) {
  auto witness = Witness::open(options.witness_file);
  if (!witness) {
    if (witness.error().code != ErrorCode::corrupt) return witness.error();
    return witness_error(options, witness.error().detail);
  }
  const std::string log_end =
      "the log ends at commit " + std::to_string(state.head.position.value());
  if (!*witness) {
    if (state.head.position == base::Position(0) || options.accept_missing_witness) {
      return Witness::create(options.witness_file, {state.id, state.head});
    }
    return witness_error(options, log_end +
                                      ", and its head witness is missing, so that nothing "
                                      "shows whether that is where it ended");
  }
  const WitnessRecord& seen = (*witness)->newest();
  if (seen.log_id != state.id) {
    return witness_error(options, "the head witness is that of another log (" + seen.log_id +
                                      ", not " + state.id + ")");
  }
  if (seen.head.position > state.head.position) {
    return witness_error(options, log_end + ", but commit " +
                                      std::to_string(seen.head.position.value()) +
                                      " was durable: acknowledged commits are missing");
  }
  if (seen.head.epoch > state.head.epoch) {
    return witness_error(options, "the log is of epoch " + std::to_string(state.head.epoch) +
                                      ", its head witness of " + std::to_string(seen.head.epoch));
  }
  if (tree.size() != state.head.position.value()) return witness;
  const auto root = root_at(seen.head.position.value(), stored_subtrees(store, tree));
  if (!root) return root.error();
  if (*root != seen.head.root) {
    return witness_error(options, "the log's first " + std::to_string(seen.head.position.value()) +
                                      " commits are not those that the head witness saw");
  }
  return witness;
}

base::Result<void> write_state(LogStore& store, const LogState& state) {
  rocksdb::WriteBatch batch = store.new_batch();
  LogStore::put_state(batch, store, state);
  return store.write(batch);
}

// Reads the state of the log; makes one for a new log.
base::Result<LogState> find_state(const LogOptions& options, LogStore& store) {
  const auto stored = store.read_state();
  if (!stored) return stored.error();
  if (*stored) return **stored;
  const auto witness = Witness::open(options.witness_file);
  if (!witness) return witness_error(options, witness.error().detail);
  if (*witness) {
    const Head& seen = (*witness)->newest().head;
    if (seen.position > base::Position(0)) {
      return witness_error(options, "the folder holds no log, but its head witness saw commit " +
                                        std::to_string(seen.position.value()));
    }
    std::error_code error;
    std::filesystem::remove(options.witness_file, error);
    if (error)
      return Error{ErrorCode::io, "cannot remove the head witness: " + error.message(), {}};
  }
  LogState state{make_log_id(), {base::Position(0), empty_root(), options.epoch_min}, {}, {}};
  if (auto written = write_state(store, state); !written) return written.error();
  return state;
}

// Reads on from the last known ids: an older program does not keep them.
base::Result<void> find_next_ids(const LogStore& store, LogState& state) {
  const auto reader =
      make_log_reader(store, state.next_ids_at.next(), state.head.position, Direction::forward);
  // A damaged commit is reported by whoever reads it for its content. If it gave ids, the views
  // know of them.
  while (const auto commit = reader->next()) {
    if (!*commit && commit->error().code != ErrorCode::corrupt) return commit->error();
    if (!*commit) continue;
    for (const Event& event : (*commit)->content.events) state.next_ids.take(event);
  }
  state.next_ids_at = state.head.position;
  return {};
}

base::Result<OpenedParts> open_parts(LogOptions options, rocksdb::Env* environment) {
  if (options.witness_file.empty()) options.witness_file = options.folder.string() + ".witness";
  OpenedParts parts;
  auto store = LogStore::open(options, environment);
  if (!store) return store.error();
  auto state = find_state(options, **store);
  if (!state) return state.error();
  if (auto dense = (*store)->check_dense(state->head.position); !dense) return dense.error();
  if (auto found = find_next_ids(**store, *state); !found) return found.error();
  auto tree = load_tree(**store, state->head.position.value());
  if (!tree) {
    if (tree.error().code != ErrorCode::corrupt) return tree.error();
    parts.latch = Refusal{
        RefusalKind::write_failed,
        "the log can only be read, because its end is damaged: restore it from its latest backup",
        tree.error().detail};
    tree = MerkleTree();
  } else if (tree->root() != state->head.root) {
    return Error{
        ErrorCode::corrupt,
        "the commits of the log do not lead to its Merkle root: restore it from its latest "
        "backup",
        {}};
  }
  auto witness = check_witness(options, *state, **store, *tree);
  if (!witness) return witness.error();
  const bool is_earlier_epoch = state->head.epoch < options.epoch_min;
  if (is_earlier_epoch) {
    state->head.epoch = options.epoch_min;
    if (auto written = write_state(**store, *state); !written) return written.error();
  }
  // After a crash, a stored commit without an answer counts as done from now on. The witness must
  // know of it at once, not only after the next commit.
  const bool is_behind = !parts.latch && (*witness)->newest().head != state->head;
  if (is_earlier_epoch || is_behind) {
    if (auto seen = (*witness)->record(state->head); !seen) return seen.error();
    if (auto synced = (*witness)->sync(); !synced) return synced.error();
  }
  parts.options = std::move(options);
  parts.store = *std::move(store);
  parts.witness = *std::move(witness);
  parts.state = *std::move(state);
  parts.tree = *std::move(tree);
  return parts;
}

}  // namespace

base::Result<std::unique_ptr<EventLog>> open_log(LogOptions options, rocksdb::Env* environment,
                                                 AskFreeSpace ask) {
  if (!ask) ask = ask_volume_of(options.folder);
  auto parts = open_parts(std::move(options), environment);
  if (!parts) return parts.error();
  return std::unique_ptr<EventLog>(std::make_unique<RocksLog>(*std::move(parts), std::move(ask)));
}

base::Result<std::unique_ptr<EventLog>> open_log(LogOptions options) {
  return open_log(std::move(options), rocksdb::Env::Default());
}

}  // namespace codelog::events
