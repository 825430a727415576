#include "events/rocksdb/committer.h"

#include "events/base/check.h"
#include "events/rocksdb/log_entries.h"
#include "events/rocksdb/log_reader.h"

namespace codelog::events {
namespace {

using base::Error;
using base::ErrorCode;

}  // namespace

Committer::Committer(Parts parts, LogState state, MerkleTree tree,
                     std::chrono::milliseconds witness_sync_interval)
    : parts_(parts),
      witness_sync_interval_(witness_sync_interval),
      state_(std::move(state)),
      tree_(std::move(tree)),
      thread_([this] { run(); }) {}

Committer::~Committer() = default;

base::Result<std::unique_ptr<Following>> Committer::follow(base::Position after,
                                                           Follower follower) {
  const base::Lock lock(committing_);  // no group comes between the earlier commits and the next
  const auto reader = make_log_reader(parts_.store, after.next(), parts_.published.head().position,
                                      Direction::forward);
  while (auto commit = reader->next()) {
    if (!*commit) return commit->error();
    follower({&**commit, 1});
  }
  return followers_.add(std::move(follower));
}

void Committer::commit_queued() {
  // A writer that sees this set has entered before the committer thread takes the queue.
  if (handed_over_) return;
  if (!committing_.try_lock()) return hand_over();
  commit_next_group();
  // The thread must wait only until then, and must commit whatever did not fit into the group.
  const bool starts_waiting = !witness_due_ && !parts_.witness.is_synced();
  if (starts_waiting) witness_due_ = std::chrono::steady_clock::now() + witness_sync_interval_;
  committing_.unlock();
  if (starts_waiting || parts_.sequencer.has_queued()) hand_over();
}

void Committer::hand_over() {
  if (!handed_over_.exchange(true)) parts_.sequencer.wake();
}

void Committer::run() {
  std::optional<std::chrono::steady_clock::time_point> until;
  while (parts_.sequencer.wait_for_work(until)) {
    const base::Lock lock(committing_);
    handed_over_ = false;
    commit_next_group();
    sync_witness_when_due();
    until = witness_due_;
  }
  const base::Lock lock(committing_);
  if (parts_.sequencer.latched()) return;
  if (auto synced = parts_.witness.sync(); !synced) latch(synced.error(), {});
}

void Committer::commit_next_group() noexcept {
  if (auto group = parts_.sequencer.take_group(); !group.empty()) commit(std::move(group));
}

void Committer::commit(std::vector<Pending> group) {
  if (auto room = check_room(group); !room) {
    if (room.error().code == ErrorCode::unavailable) return take_back(room.error(), group);
    latch(room.error(), {});
    const std::string reason = parts_.sequencer.latched()->reason;  // nothing was written
    for (const Pending& pending : group) {
      pending->answer(Error{ErrorCode::unavailable, reason, {}});
    }
    return;
  }
  if (auto written = write(group); !written) {
    const bool is_unwritten = written.error().code == ErrorCode::unavailable;
    return is_unwritten ? take_back(written.error(), group) : latch(written.error(), group);
  }
  // The group is durable. Even if the witness fails now, the writers' commits are stored.
  const auto witnessed = parts_.witness.record(state_.head);

  std::vector<Commit> commits;
  commits.reserve(group.size());
  for (const Pending& pending : group) commits.push_back(std::move(pending->commit));
  followers_.call(commits);
  for (std::size_t i = 0; i < group.size(); ++i) group[i]->commit = std::move(commits[i]);
  parts_.published.publish(state_.head, tree_);
  parts_.sequencer.forget(group);
  for (const Pending& pending : group) pending->answer(std::nullopt);
  if (!witnessed) latch(witnessed.error(), {});
}

base::Result<void> Committer::check_room(const std::vector<Pending>& group) {
  std::uint64_t bytes = 0;
  for (const Pending& pending : group) bytes += pending->payload.size();
  if (auto room = parts_.free_space.check_now(bytes); !room) return room;
  return parts_.store.resume();
}

base::Result<void> Committer::write(const std::vector<Pending>& group) {
  rocksdb::WriteBatch batch = parts_.store.new_batch();
  std::vector<Tile> tiles;
  for (const Pending& pending : group) {
    const base::Position position = pending->position;
    CODELOG_CHECK(position == state_.head.position.next(), "positions are dense");
    put(batch, *pending);
    tree_.append(commit_leaf(position, pending->payload_digest), tiles);
    state_.head.position = position;
  }
  for (const Tile& tile : tiles) {
    const auto exists =
        parts_.store.contains(Family::merkle, tile_key(tile.id.level, tile.id.index));
    if (!exists) return exists.error();
    CODELOG_CHECK(!*exists, "a tile of the tree is written once");
    put_tile(batch, parts_.store, tile);
  }
  state_.head.root = tree_.root();
  state_.next_ids = group.back()->next_ids;
  LogStore::put_state(batch, parts_.store, state_);
  return parts_.store.write(batch);
}

// No key is overwritten: positions are dense, the log opens only if nothing follows its head, and
// the sequencer has checked the end of the stream and the idempotency key. Checking again would
// take a quarter of the committer's time.
void Committer::put(rocksdb::WriteBatch& batch, const PendingCommit& pending) {
  const auto& streams = pending.commit.content.streams;
  put_commit(batch, parts_.store,
             {pending.position, pending.payload, streams, pending.idempotency_key,
              pending.request_digest});
  for (const StreamExpectation& stream : streams) {
    put_stream_head(batch, parts_.store, stream.stream.name(), stream.version.next());
  }
}

void Committer::sync_witness_when_due() {
  if (parts_.witness.is_synced() || parts_.sequencer.latched()) {
    witness_due_.reset();
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (!witness_due_) witness_due_ = now + witness_sync_interval_;
  if (now < *witness_due_) return;
  witness_due_.reset();
  if (auto synced = parts_.witness.sync(); !synced) latch(synced.error(), {});
}

// Nothing of the group is on the disk. The commits behind it were accepted only together with it.
void Committer::take_back(const Error& error, const std::vector<Pending>& group) {
  Published::State last = parts_.published.state();
  state_.head = last.head;
  tree_ = std::move(last.tree);
  const std::vector<Pending> queued = parts_.sequencer.take_back();
  for (const Pending& pending : group) pending->answer(error);
  for (const Pending& pending : queued) pending->answer(error);
}

void Committer::latch(const Error& error, const std::vector<Pending>& failed) {
  const std::string reason =
      "the log refuses writes until the server is restarted, because a write has failed";
  const std::vector<Pending> queued =
      parts_.sequencer.latch({events::RefusalKind::write_failed, reason, error.detail});
  // After a restart, the disk may or may not hold the failed group; it does not hold the commits
  // still queued.
  for (const Pending& pending : failed) {
    pending->answer(Error{ErrorCode::unconfirmed,
                          reason + "; then repeat this request with its idempotency key to "
                                   "learn whether it was stored",
                          {}});
  }
  for (const Pending& pending : queued) pending->answer(Error{ErrorCode::unavailable, reason, {}});
}

}  // namespace codelog::events
