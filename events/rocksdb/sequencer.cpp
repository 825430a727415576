#include "events/rocksdb/sequencer.h"

#include "events/base/check.h"

namespace codelog::events {
namespace {

using base::Error;
using base::ErrorCode;

// A group is one write and one sync. It is large enough for many waiting writers to share, and
// small enough that the writer of a small commit does not wait for many megabytes.
constexpr std::size_t group_commits_max = 4096;
constexpr std::size_t group_bytes_max = 8u << 20;

// About 20 MB. Beyond this, a stream whose commits are all durable is forgotten and read from the
// store again when needed.
constexpr std::size_t streams_in_memory_max = 200'000;

Error key_reused() {
  return {ErrorCode::unprocessable, "the idempotency key was used for another request before", {}};
}

}  // namespace

Sequencer::Sequencer(const LogStore& store, const LogState& state, Limits limits)
    : store_(store),
      limits_(limits),
      last_(state.head.position),
      next_ids_(state.next_ids),
      durable_(state.head.position),
      durable_next_ids_(state.next_ids) {}

bool Sequencer::has_room() const {
  return queue_.size() < limits_.queue_commits && queue_bytes_ < limits_.queue_bytes;
}

std::optional<Error> Sequencer::refusal() const {
  if (latch_) return Error{ErrorCode::unavailable, latch_->reason, {}};
  if (closed_) return Error{ErrorCode::unavailable, "the log is being closed", {}};
  return std::nullopt;
}

base::Result<Sequencer::Entry> Sequencer::enter(Pending pending,
                                                std::chrono::steady_clock::time_point deadline) {
  base::Lock lock(mutex_);
  while (!has_room() && !closed_ && !latch_) {
    if (!space_.wait_until(lock, deadline) && !has_room()) {
      return Error{ErrorCode::unavailable,
                   "the disk is too slow for the waiting writes; nothing was stored, try again",
                   {}};
    }
  }
  if (auto refused = refusal()) return *std::move(refused);
  auto earlier = find_idempotent_locked(pending->idempotency_key, pending->request_digest);
  if (!earlier) return earlier.error();
  if (*earlier) return **std::move(earlier);
  if (auto unmoved = check_streams(pending->commit.content); !unmoved) return unmoved.error();
  if (auto unmoved = check_ids(*pending); !unmoved) return unmoved.error();
  last_ = last_.next();
  // The decision may know of more ids: a commit that took some may be unreadable.
  if (pending->decided_on) next_ids_.raise_to(*pending->decided_on);
  for (const Event& event : pending->commit.content.events) next_ids_.take(event);
  pending->next_ids = next_ids_;
  pending->position = last_;
  pending->commit.position = last_;
  for (const StreamExpectation& expected : pending->commit.content.streams) {
    streams_[expected.stream.name()] = {expected.version.value() + 1, last_, true};
  }
  if (!pending->idempotency_key.empty()) idempotent_.emplace(pending->idempotency_key, pending);
  queue_bytes_ += pending->payload.size();
  queue_.push_back(pending);
  drop_old_streams();
  return Entry{std::move(pending), std::nullopt};
}

base::Result<std::optional<Sequencer::Entry>> Sequencer::find_idempotent(
    const std::string& key, const base::Sha256& request_digest) {
  const base::Lock lock(mutex_);
  return find_idempotent_locked(key, request_digest);
}

base::Result<std::optional<Sequencer::Entry>> Sequencer::find_idempotent_locked(
    const std::string& key, const base::Sha256& request_digest) {
  std::optional<Entry> none;
  if (key.empty()) return none;
  if (const auto found = idempotent_.find(key); found != idempotent_.end()) {
    const Pending& earlier = found->second;
    if (earlier->request_digest != request_digest) return key_reused();
    return std::optional(Entry{earlier, std::nullopt});
  }
  const auto stored = store_.get(Family::idempotency, key);
  if (!stored) return stored.error();
  if (!*stored) return none;
  const auto earlier = parse_idempotency_value(**stored);
  if (!earlier) {
    return Error{ErrorCode::corrupt, "the index of idempotency keys has a damaged entry", {}};
  }
  if (earlier->request_digest != request_digest) return key_reused();
  return std::optional(Entry{nullptr, earlier->position});
}

base::Result<Sequencer::StreamState*> Sequencer::stream_state(const std::string& stream) {
  if (const auto found = streams_.find(stream); found != streams_.end()) return &found->second;
  const auto stored = store_.get(Family::stream_heads, stream);
  if (!stored) return stored.error();
  StreamState state;
  if (*stored) {
    const auto version = parse_number_value(**stored);
    if (!version) {
      return Error{ErrorCode::corrupt, "the head of stream " + stream + " is damaged", {}};
    }
    state.version = *version;
  }
  return &streams_.emplace(stream, state).first->second;
}

base::Result<void> Sequencer::check_streams(const CommitDraft& draft) {
  for (const StreamExpectation& expected : draft.streams) {
    const auto state = stream_state(expected.stream.name());
    if (!state) return state.error();
    if (auto checked = check_end(expected.stream.name(), **state); !checked) return checked;
    if ((*state)->version == expected.version.value()) continue;
    return Error{ErrorCode::conflict,
                 "stream " + expected.stream.name() + " is at version " +
                     std::to_string((*state)->version) + ", not at " +
                     std::to_string(expected.version.value()),
                 {}};
  }
  return {};
}

base::Result<void> Sequencer::check_ids(const PendingCommit& pending) const {
  if (!pending.decided_on || !pending.decided_on->is_behind(next_ids_)) return {};
  return Error{ErrorCode::conflict, "another commit has taken the ids that this one gives", {}};
}

// The committer writes entries without checking for existing ones. If a stream's head is behind its
// entries, new commits would overwrite old ones.
base::Result<void> Sequencer::check_end(const std::string& stream, StreamState& state) {
  if (state.is_end_checked) return {};
  const auto goes_on = store_.has_stream_entry_after(stream, StreamVersion(state.version));
  if (!goes_on) return goes_on.error();
  if (*goes_on) {
    return Error{ErrorCode::corrupt,
                 "the head of stream " + stream +
                     " is damaged: the stream continues after version " +
                     std::to_string(state.version),
                 {}};
  }
  state.is_end_checked = true;
  return {};
}

base::Result<StreamVersion> Sequencer::stream_version(const std::string& stream) {
  const base::Lock lock(mutex_);
  const auto state = stream_state(stream);
  if (!state) return state.error();
  const StreamVersion version((*state)->version);
  drop_old_streams();
  return version;
}

NextIds Sequencer::next_ids() const {
  const base::Lock lock(mutex_);
  return next_ids_;
}

void Sequencer::drop_old_streams() {
  if (streams_.size() <= streams_in_memory_max) return;
  std::erase_if(streams_,
                [durable = durable_](const auto& entry) { return entry.second.last <= durable; });
}

bool Sequencer::wait_for_work(std::optional<std::chrono::steady_clock::time_point> until) {
  base::Lock lock(mutex_);
  while (queue_.empty() && !closed_ && !woken_) {
    if (!until) {
      work_.wait(lock);
    } else if (!work_.wait_until(lock, *until)) {
      break;
    }
  }
  woken_ = false;
  return !queue_.empty() || !closed_;
}

void Sequencer::wake() {
  {
    const base::Lock lock(mutex_);
    woken_ = true;
  }
  work_.notify_one();
}

std::vector<Pending> Sequencer::take_group() {
  base::Lock lock(mutex_);
  std::vector<Pending> group;
  std::size_t bytes = 0;
  while (!queue_.empty() && group.size() < group_commits_max) {
    const std::size_t size = queue_.front()->payload.size();
    if (!group.empty() && bytes + size > group_bytes_max) break;
    bytes += size;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queue_bytes_ -= bytes;
  lock.unlock();
  space_.notify_all();
  return group;
}

bool Sequencer::has_queued() const {
  const base::Lock lock(mutex_);
  return !queue_.empty();
}

void Sequencer::forget(const std::vector<Pending>& durable) {
  const base::Lock lock(mutex_);
  for (const Pending& pending : durable) {
    durable_ = pending->position;
    durable_next_ids_ = pending->next_ids;
    if (!pending->idempotency_key.empty()) idempotent_.erase(pending->idempotency_key);
  }
}

std::vector<Pending> Sequencer::latch(Refusal refusal) {
  const base::Lock lock(mutex_);
  if (!latch_) latch_ = std::move(refusal);
  return drop_queue();
}

std::vector<Pending> Sequencer::take_back() {
  const base::Lock lock(mutex_);
  last_ = durable_;
  next_ids_ = durable_next_ids_;
  return drop_queue();
}

std::vector<Pending> Sequencer::drop_queue() {
  std::vector<Pending> queued(queue_.begin(), queue_.end());
  queue_.clear();
  queue_bytes_ = 0;
  // Commits that were not made durable no longer count.
  streams_.clear();
  idempotent_.clear();
  space_.notify_all();
  return queued;
}

void Sequencer::close() {
  const base::Lock lock(mutex_);
  closed_ = true;
  space_.notify_all();
  work_.notify_all();
}

std::optional<Refusal> Sequencer::latched() const {
  const base::Lock lock(mutex_);
  return latch_;
}

}  // namespace codelog::events
