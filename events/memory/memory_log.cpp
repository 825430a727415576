#include "events/memory/memory_log.h"

#include <algorithm>

#include "events/codec.h"
#include "events/draft_check.h"

namespace codelog::events {
namespace {

using base::Error;
using base::ErrorCode;
using base::Position;

class VectorReader final : public CommitReader {
 public:
  explicit VectorReader(std::vector<Commit> commits) : commits_(std::move(commits)) {}
  base::Result<bool> next_into(Commit& commit) override {
    if (next_ == commits_.size()) return false;
    commit = commits_[next_++];
    return true;
  }

 private:
  const std::vector<Commit> commits_;
  std::size_t next_ = 0;
};

std::vector<std::uint64_t> upwards(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = std::max<std::uint64_t>(first, 1); i <= last; ++i) numbers.push_back(i);
  return numbers;
}

SubtreeRoot roots_over(std::span<const Hash> leaves) {
  return [leaves](unsigned height, std::uint64_t index) -> base::Result<Hash> {
    const std::size_t count = std::size_t{1} << height;
    return complete_root(leaves.subspan(index * count, count));
  };
}

Error conflict(std::string detail) { return {ErrorCode::conflict, std::move(detail), {}}; }
Error beyond_the_head() { return {ErrorCode::not_found, "beyond the head", {}}; }
Error not_so_large() { return {ErrorCode::invalid, "the log has not so many commits", {}}; }

}  // namespace

base::Result<Appended> MemoryLog::append(CommitDraft draft, const AppendTerms& terms) {
  if (auto good = check_draft(draft); !good) return good.error();
  auto bytes = encode(draft);
  if (!bytes) return bytes.error();
  const base::Lock appending(appending_);
  Commit commit;
  {
    const base::Lock lock(mutex_);
    if (draft.idempotency) {
      auto earlier = find_key(draft.actor, *draft.idempotency);
      if (!earlier) return earlier.error();
      if (*earlier) return Appended{**std::move(earlier), true};
    }
    if (auto good = check(draft, terms); !good) return good.error();
    commit = {Position(commits_.size() + 1), std::move(draft)};
  }
  if (terms.sequenced) terms.sequenced();
  followers_.call({&commit, 1});
  {
    const base::Lock lock(mutex_);
    if (terms.next_ids) next_ids_.raise_to(*terms.next_ids);
    store(commit, *std::move(bytes));
  }
  moved_.notify_all();
  return Appended{std::move(commit), false};
}

base::Result<void> MemoryLog::check(const CommitDraft& draft, const AppendTerms& terms) const {
  for (const StreamExpectation& expected : draft.streams) {
    const auto stream = streams_.find(expected.stream);
    const std::size_t version = stream == streams_.end() ? 0 : stream->second.size();
    if (version == expected.version.value()) continue;
    return conflict("stream " + expected.stream.name() + " is at version " +
                    std::to_string(version) + ", not at " +
                    std::to_string(expected.version.value()));
  }
  if (terms.next_ids && terms.next_ids->is_behind(next_ids_)) return conflict("the ids have moved");
  return {};
}

void MemoryLog::store(const Commit& commit, std::string bytes) {
  const std::uint64_t position = commit.position.value();
  for (const StreamExpectation& stream : commit.content.streams) {
    streams_[stream.stream].push_back(position);
  }
  const auto& given = commit.content.idempotency;
  if (given) keys_[{commit.content.actor, given->key}] = position;
  for (const Event& event : commit.content.events) next_ids_.take(event);
  leaves_.push_back(commit_leaf(commit.position, base::sha256(bytes)));
  commits_.push_back({commit, std::move(bytes)});
}

base::Result<std::optional<Commit>> MemoryLog::find_key(const std::string& actor,
                                                        const IdempotencyKey& key) const {
  const auto found = keys_.find({actor, key.key});
  if (found == keys_.end()) return std::optional<Commit>();
  const Commit& earlier = commits_[found->second - 1].commit;
  if (earlier.content.idempotency->request_digest == key.request_digest) {
    return std::optional(earlier);
  }
  return Error{ErrorCode::unprocessable, "the key was used for another request", {}};
}

base::Result<std::optional<Commit>> MemoryLog::find_idempotent(const std::string& actor,
                                                               const IdempotencyKey& key) const {
  const base::Lock lock(mutex_);
  return find_key(actor, key);
}

base::StreamVersion MemoryLog::stream_version(const Stream& stream) const {
  const base::Lock lock(mutex_);
  const auto found = streams_.find(stream);
  return StreamVersion(found == streams_.end() ? 0 : found->second.size());
}

NextIds MemoryLog::next_ids() const {
  const base::Lock lock(mutex_);
  return next_ids_;
}

Head MemoryLog::head() const {
  const base::Lock lock(mutex_);
  const std::uint64_t size = commits_.size();
  return {Position(size), *root_at(size, subtree_roots()), 1};
}

base::Result<Commit> MemoryLog::read(Position position) const {
  const base::Lock lock(mutex_);
  if (position.value() < 1 || position.value() > commits_.size()) return beyond_the_head();
  return commits_[position.value() - 1].commit;
}

base::Result<std::string> MemoryLog::read_bytes(Position position) const {
  const base::Lock lock(mutex_);
  if (position.value() < 1 || position.value() > commits_.size()) return beyond_the_head();
  return commits_[position.value() - 1].bytes;
}

std::unique_ptr<CommitReader> MemoryLog::read_positions(
    const std::vector<std::uint64_t>& positions) const {
  std::vector<Commit> commits;
  commits.reserve(positions.size());
  for (const std::uint64_t position : positions) commits.push_back(commits_[position - 1].commit);
  return std::make_unique<VectorReader>(std::move(commits));
}

std::unique_ptr<CommitReader> MemoryLog::read_all(Position first, Direction direction) const {
  const base::Lock lock(mutex_);
  if (direction == Direction::forward) {
    return read_positions(upwards(first.value(), commits_.size()));
  }
  auto positions = upwards(1, std::min<std::uint64_t>(first.value(), commits_.size()));
  std::ranges::reverse(positions);
  return read_positions(positions);
}

std::unique_ptr<CommitReader> MemoryLog::read_stream(const Stream& stream, StreamVersion first,
                                                     Direction direction) const {
  const base::Lock lock(mutex_);
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return read_positions({});
  const auto& all = found->second;
  const auto count =
      static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(first.value(), all.size()));
  if (direction == Direction::backward) {
    return read_positions({all.rend() - count, all.rend()});
  }
  if (first.value() > all.size()) return read_positions({});
  return read_positions({all.begin() + std::max<std::ptrdiff_t>(count - 1, 0), all.end()});
}

base::Result<Position> MemoryLog::stream_position(const Stream& stream,
                                                  StreamVersion version) const {
  const base::Lock lock(mutex_);
  const auto found = streams_.find(stream);
  if (found == streams_.end() || version.value() < 1 || version.value() > found->second.size()) {
    return Error{ErrorCode::corrupt, "the stream is shorter", {}};
  }
  return Position(found->second[version.value() - 1]);
}

base::Result<std::unique_ptr<Following>> MemoryLog::follow(Position after, Follower follower) {
  const base::Lock appending(appending_);
  const auto reader = read_all(after.next(), Direction::forward);
  while (const auto commit = reader->next()) follower({&**commit, 1});
  return followers_.add(std::move(follower));
}

bool MemoryLog::wait_for(Position position, std::chrono::milliseconds timeout) const {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  base::Lock lock(mutex_);
  while (commits_.size() < position.value()) {
    if (!moved_.wait_until(lock, deadline)) return commits_.size() >= position.value();
  }
  return true;
}

base::Result<void> MemoryLog::check_size(std::uint64_t size) const {
  if (size > commits_.size()) return not_so_large();
  return {};
}

SubtreeRoot MemoryLog::subtree_roots() const { return roots_over(leaves_); }

base::Result<base::Sha256> MemoryLog::root(std::uint64_t size) const {
  const base::Lock lock(mutex_);
  if (auto good = check_size(size); !good) return good.error();
  return root_at(size, subtree_roots());
}

base::Result<std::vector<base::Sha256>> MemoryLog::inclusion_proof(Position position,
                                                                   std::uint64_t size) const {
  const base::Lock lock(mutex_);
  if (auto good = check_size(size); !good) return good.error();
  if (position.value() < 1 || position.value() > size) return not_so_large();
  return prove_inclusion(position.value() - 1, size, subtree_roots());
}

base::Result<std::vector<base::Sha256>> MemoryLog::consistency_proof(std::uint64_t first_size,
                                                                     std::uint64_t size) const {
  const base::Lock lock(mutex_);
  if (auto good = check_size(size); !good) return good.error();
  if (first_size > size) return not_so_large();
  return prove_consistency(first_size, size, subtree_roots());
}

base::Result<std::vector<base::Sha256>> MemoryLog::tile(const TileId& id, std::size_t width) const {
  const base::Lock lock(mutex_);
  const unsigned height = tile_height * id.level;
  const std::uint64_t count = height < 64 ? commits_.size() >> height : 0;
  if (id.index > count / tile_hashes_count || id.index * tile_hashes_count + width > count) {
    return beyond_the_head();
  }
  std::vector<Hash> hashes;
  for (std::size_t i = 0; i < width; ++i) {
    const auto hash = subtree_roots()(height, id.index * tile_hashes_count + i);
    if (!hash) return hash.error();
    hashes.push_back(*hash);
  }
  return hashes;
}

}  // namespace codelog::events
