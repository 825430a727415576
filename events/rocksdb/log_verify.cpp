#include "events/rocksdb/log_verify.h"

#include <unordered_map>
#include <unordered_set>

#include "events/base/check.h"
#include "events/codec.h"
#include "events/rocksdb/log_reader.h"
#include "events/rocksdb/log_tree.h"
#include "events/rocksdb/witness.h"

namespace codelog::events {
namespace {

constexpr std::uint64_t progress_every = 4096;

class Verification {
 public:
  Verification(const LogStore& store, const Head& head, const MerkleTree& edge)
      : store_(store), head_(head), edge_(edge), subtree_root_(stored_subtrees(store, edge)) {}

  std::vector<Finding> run(const std::filesystem::path& witness_file,
                           const VerifyProgress& progress) {
    RecordScanner records(store_, base::Position(1), head_.position, Direction::forward);
    for (std::uint64_t number = 1; number <= head_.position.value() && !full(); ++number) {
      check_commit(base::Position(number), records.next());
      if (progress && number % progress_every == 0) progress(number, head_.position.value());
    }
    if (!full()) {
      if (is_root_known_ && tree_.root() != head_.root) {
        add({}, "the Merkle root differs from the log's head");
      }
      check_dense();
      check_streams();
      check_idempotency();
      check_next_ids();
      check_witness(witness_file);
    }
    if (progress) progress(head_.position.value(), head_.position.value());
    return std::move(findings_);
  }

 private:
  bool full() const { return findings_.size() >= LogMaintenance::findings_max; }
  void add(base::Position position, std::string detail) {
    if (!full()) findings_.push_back({position, std::move(detail)});
  }

  void check_commit(base::Position position,
                    const base::Result<std::optional<RecordScanner::Record>>& record) {
    if (!record) {
      damaged_.insert(position.value());
      add(position, record.error().detail);
      return add_leaf(position, std::nullopt);
    }
    CODELOG_CHECK(*record && (*record)->position == position, "a scan skipped a position");
    const std::string_view bytes = (*record)->payload;
    add_leaf(position, commit_leaf(position, base::sha256(bytes)));
    if (auto decoded = decode_into(bytes, draft_); !decoded) {
      return add(position, decoded.error().detail);
    }
    for (const StreamExpectation& stream : draft_.streams) check_stream_entry(position, stream);
    for (const Event& event : draft_.events) next_ids_.take(event);
    if (!draft_.idempotency) return;
    ++keys_count_;
    const auto stored =
        store_.get(Family::idempotency, idempotency_key(draft_.actor, draft_.idempotency->key));
    const auto acted = stored && *stored ? parse_idempotency_value(**stored) : std::nullopt;
    if (!acted || acted->position != position ||
        acted->request_digest != draft_.idempotency->request_digest) {
      add(position, "its idempotency key is not in the index, or with another commit");
    }
  }

  // A stored leaf; nothing when it is missing or cannot be read. Each tile is read, and reported,
  // once for all of its leaves.
  std::optional<Hash> stored_leaf(std::uint64_t leaf) {
    const TileId id{0, leaf / tile_hashes_count};
    const std::size_t in_tile = leaf % tile_hashes_count;
    if (id.index >= complete_tiles_count(head_.position.value(), 0)) {
      const auto partial = edge_.partial_tile(0);
      return in_tile < partial.size() ? std::optional(partial[in_tile]) : std::nullopt;
    }
    if (in_tile == 0) {
      auto tile = complete_tile(store_, id);
      if (!tile) add(base::Position((id.index + 1) * tile_hashes_count), tile.error().detail);
      tile_ = tile ? *std::move(tile) : std::vector<Hash>();
    }
    return tile_.empty() ? std::nullopt : std::optional(tile_[in_tile]);
  }

  // The tree still knows the leaf of an unreadable commit, so the rest can be checked.
  void add_leaf(base::Position position, const std::optional<Hash>& computed) {
    const auto stored = stored_leaf(position.value() - 1);
    if (computed && stored && *computed != *stored) {
      add(position, "its leaf of the Merkle tree differs: it is not the commit that was hashed");
    }
    if (!computed && !stored) is_root_known_ = false;
    std::vector<Tile> completed;
    tree_.append(computed ? *computed : stored.value_or(Hash{}), completed);
    for (const Tile& tile : completed) {
      if (tile.id.level == 0) continue;  // The leaves were compared one by one.
      const auto kept = complete_tile(store_, tile.id);
      if (!kept || (is_root_known_ && *kept != tile.hashes)) {
        add(position, "Merkle tile " + std::to_string(tile.id.level) + "/" +
                          std::to_string(tile.id.index) + " is missing or differs");
      }
    }
  }

  void check_stream_entry(base::Position position, const StreamExpectation& stream) {
    std::uint64_t& count = stream_counts_[stream.stream.name()];
    ++entries_count_;
    while (count < stream.version.value() &&
           is_damaged(stream.stream.name(), StreamVersion(count + 1))) {
      ++count;
    }
    if (stream.version.value() != count) {
      add(position, "stream " + stream.stream.name() + " had " + std::to_string(count) +
                        " commits before it, not " + std::to_string(stream.version.value()));
      count = stream.version.value();
    }
    ++count;
    const auto stored =
        store_.get(Family::streams, stream_key(stream.stream.name(), StreamVersion(count)));
    const auto place = stored && *stored ? parse_number_value(**stored) : std::nullopt;
    if (place != position.value()) {
      add(position, "the index of stream " + stream.stream.name() + " does not lead to it");
    }
  }

  // True if the stream's commit of this version is one that could not be read.
  bool is_damaged(const std::string& stream, StreamVersion version) {
    if (damaged_.empty()) return false;
    const auto stored = store_.get(Family::streams, stream_key(stream, version));
    const auto position = stored && *stored ? parse_number_value(**stored) : std::nullopt;
    return position && damaged_.contains(*position);
  }

  // Whether an index entry for this commit counts towards the expected number. An entry for a
  // commit appended since does not count. An entry that leads to no commit at all does count, and
  // so shows up as one too many.
  bool is_counted(std::uint64_t position) const {
    if (position <= head_.position.value()) return !damaged_.contains(position);
    const auto key = big_endian(position);
    const auto appended = store_.contains(Family::commits, {key.data(), key.size()});
    return !appended || !*appended;
  }

  // A stream's head must be the number of its commits, unless it leads to a commit that was
  // appended since or cannot be read.
  void check_head(const std::string& stream, std::string_view value) {
    const auto found = stream_counts_.find(stream);
    const std::uint64_t count = found == stream_counts_.end() ? 0 : found->second;
    const auto version = parse_number_value(value);
    if (version && *version == count) return;
    if (version && *version > count) {
      const auto last = store_.get(Family::streams, stream_key(stream, StreamVersion(*version)));
      const auto position = last && *last ? parse_number_value(**last) : std::nullopt;
      if (position && !is_counted(*position)) return;
    }
    add({}, "the head of stream " + stream + " is not " + std::to_string(count));
  }

  void check_dense() {
    // The store may already hold commits of a later head.
    const auto records = store_.iterate(Family::commits, LogStore::Reuse::passing);
    records->SeekToFirst();
    const auto first = big_endian(1);
    if (records->Valid() && view(records->key()) < std::string_view(first.data(), first.size())) {
      add({}, "there is a record before the first commit");
    }
  }

  // Earlier checks found an index entry for each commit; equal numbers show that the indexes hold
  // nothing else.
  void check_streams() {
    std::uint64_t entries_count = 0;
    const auto entries = store_.iterate(Family::streams, LogStore::Reuse::passing);
    for (entries->SeekToFirst(); entries->Valid(); entries->Next()) {
      const auto position = parse_number_value(view(entries->value()));
      if (!position || is_counted(*position)) ++entries_count;
    }
    if (!entries->status().ok()) add({}, "the index of streams: " + entries->status().ToString());
    if (entries_count != entries_count_) {
      add({}, "the index of streams has " + std::to_string(entries_count) + " entries, not " +
                  std::to_string(entries_count_));
    }
    check_stream_heads();
  }

  void check_stream_heads() {
    std::uint64_t known_count = 0;
    const auto heads = store_.iterate(Family::stream_heads, LogStore::Reuse::passing);
    for (heads->SeekToFirst(); heads->Valid(); heads->Next()) {
      const std::string stream(view(heads->key()));
      if (stream_counts_.contains(stream)) ++known_count;
      check_head(stream, view(heads->value()));
    }
    if (!heads->status().ok()) add({}, "the heads of streams: " + heads->status().ToString());
    if (known_count != stream_counts_.size()) {
      add({}, std::to_string(stream_counts_.size() - known_count) + " streams have no head");
    }
  }

  void check_idempotency() {
    std::uint64_t keys_count = 0;
    const auto entries = store_.iterate(Family::idempotency, LogStore::Reuse::passing);
    for (entries->SeekToFirst(); entries->Valid(); entries->Next()) {
      const auto acted = parse_idempotency_value(view(entries->value()));
      if (!acted || is_counted(acted->position.value())) ++keys_count;
    }
    if (!entries->status().ok()) {
      add({}, "the index of idempotency keys: " + entries->status().ToString());
    }
    if (keys_count != keys_count_) {
      add({}, "the index of idempotency keys has " + std::to_string(keys_count) + " entries, not " +
                  std::to_string(keys_count_));
    }
  }

  // The stored ids may have moved on since the verification began. Those of an older program are
  // not kept up to date, and not used.
  void check_next_ids() {
    const auto state = store_.read_state();
    if (!state || !*state) return add({}, "the log's meta data cannot be read");
    if ((*state)->next_ids_at < head_.position) return;
    const NextIds& stored = (*state)->next_ids;
    if (stored.is_behind(next_ids_)) {
      add({}, "the next ids are behind those that commits have taken");
    }
  }

  void check_witness(const std::filesystem::path& witness_file) {
    const auto witness = Witness::open(witness_file);
    if (!witness) return add({}, witness.error().detail);
    if (!*witness) return add({}, "the head witness " + witness_file.string() + " is missing");
    const auto state = store_.read_state();
    if (!state || !*state) return add({}, "the log's meta data cannot be read");
    const WitnessRecord& record = (*witness)->newest();
    if (record.log_id != (*state)->id) add({}, "the head witness is that of another log");
    // The head may have moved on since the verification began.
    if (record.head.position > (*state)->head.position) {
      return add({}, "the log ends before its head witness");
    }
    const bool is_edge_known = edge_.size() == head_.position.value();
    if (record.head.position > head_.position || !is_edge_known) return;
    const auto root = root_at(record.head.position.value(), subtree_root_);
    if (!root) return add({}, root.error().detail);
    if (*root != record.head.root) add(record.head.position, "the head witness has another root");
  }

  const LogStore& store_;
  const Head head_;
  const MerkleTree& edge_;  // as stored; empty when the log's end is too damaged to load it
  const SubtreeRoot subtree_root_;
  std::vector<Hash> tile_;     // the last tile of level 0 that was read; empty when it could not be
  MerkleTree tree_;            // derived from the commits
  bool is_root_known_ = true;  // false after a leaf that neither its commit nor its tile could give
  CommitDraft draft_;
  std::unordered_set<std::uint64_t> damaged_;  // positions that could not be read
  std::unordered_map<std::string, std::uint64_t> stream_counts_;
  std::uint64_t entries_count_ = 0;  // expected number of entries of the stream index
  std::uint64_t keys_count_ = 0;
  NextIds next_ids_;
  std::vector<Finding> findings_;
};

}  // namespace

base::Result<std::vector<Finding>> verify_log(const LogStore& store, const Head& head,
                                              const MerkleTree& edge,
                                              const std::filesystem::path& witness_file,
                                              const VerifyProgress& progress) {
  return Verification(store, head, edge).run(witness_file, progress);
}

}  // namespace codelog::events
