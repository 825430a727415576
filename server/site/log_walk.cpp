#include "server/site/log_walk.h"

#include <utility>

#include "events/codec.h"

namespace codelog::site {
namespace {

using base::Position;
using events::Hash;

// The time is looked at once for so many commits.
constexpr int look_every = 16;

}  // namespace

LogWalk::LogWalk(const events::EventLog& log, base::Timestamp now) : log_(log) { begin(now); }

LogWalk::LogWalk(const events::EventLog& log, VerificationWalk begun, base::Timestamp now)
    : log_(log), state_(std::move(begun)) {
  const std::uint64_t checked = state_.tree.size();
  const bool fits =
      checked <= state_.commits_count && state_.commits_count <= log.head().position.value();
  const auto root = fits && checked > 0 ? log.root(checked) : base::Result<Hash>(Hash{});
  if (!fits || !root || (checked > 0 && *root != state_.tree.root())) begin(now);
}

void LogWalk::begin(base::Timestamp now) {
  const events::Head head = log_.head();
  state_ = {};
  state_.begun_at = now;
  state_.commits_count = head.position.value();
  state_.root = head.root;
}

void LogWalk::step(std::chrono::microseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  do {
    for (int count = 0; count < look_every; ++count) {
      if (state_.tree.size() == state_.commits_count) return finish();
      check_next();
    }
  } while (std::chrono::steady_clock::now() < end);
}

void LogWalk::add(Position position, std::string detail) {
  if (findings_.size() < findings_max) findings_.push_back({position, std::move(detail)});
}

void LogWalk::check_next() {
  const Position position(state_.tree.size() + 1);
  const auto bytes = log_.read_bytes(position);
  if (!bytes) {
    add(position, bytes.error().detail);
    return add_leaf(position, std::nullopt);
  }
  add_leaf(position, events::commit_leaf(position, base::sha256(*bytes)));
  if (const auto decoded = events::decode_into(*bytes, draft_); !decoded) {
    return add(position, decoded.error().detail);
  }
  check_streams(position);
}

void LogWalk::check_streams(Position position) {
  for (const events::StreamExpectation& stream : draft_.streams) {
    const auto found =
        log_.stream_position(stream.stream, base::StreamVersion(stream.version.value() + 1));
    if (!found || *found != position) {
      add(position, "the index of stream " + stream.stream.name() + " does not lead to it");
    }
  }
}

void LogWalk::add_leaf(Position position, const std::optional<Hash>& computed) {
  const std::uint64_t leaf = position.value() - 1;
  Hash hash = computed.value_or(Hash{});
  if (!computed) {
    // The tree still knows the leaf of a commit that cannot be read.
    const auto tile = log_.tile({0, leaf / events::tile_hashes_count},
                                static_cast<std::size_t>(leaf % events::tile_hashes_count) + 1);
    is_root_known_ = is_root_known_ && tile;
    if (tile) hash = tile->back();
  }
  std::vector<events::Tile> completed;
  state_.tree.append(hash, completed);
  for (const events::Tile& tile : completed) {
    const auto stored = log_.tile(tile.id, events::tile_hashes_count);
    const bool is_wrong = !stored || (is_root_known_ && *stored != tile.hashes);
    if (!is_wrong) continue;
    add(position, "Merkle tile " + std::to_string(tile.id.level) + "/" +
                      std::to_string(tile.id.index) +
                      " is missing, or one of its commits is not the one that was hashed");
  }
}

void LogWalk::finish() {
  is_done_ = true;
  if (state_.commits_count == 0 || !is_root_known_) return;
  if (state_.tree.root() != state_.root) {
    add({}, "the Merkle root differs from that of the log's head");
  }
  const auto stored = log_.root(state_.commits_count);
  if (!stored || *stored != state_.root) add({}, "the stored Merkle tree has another root");
}

}  // namespace codelog::site
