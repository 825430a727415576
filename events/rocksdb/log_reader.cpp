#include "events/rocksdb/log_reader.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <vector>

#include "events/base/check.h"
#include "events/codec.h"

namespace codelog::events {
namespace {

using base::Error;
using base::ErrorCode;

// A batch grows from the first size to the last, so that a reader of three commits does not copy a
// megabyte.
constexpr std::size_t first_batch_bytes = 16u << 10;
constexpr std::size_t last_batch_bytes = 1u << 20;

Error missing(base::Position position) {
  return {ErrorCode::corrupt, "commit " + std::to_string(position.value()) + " is missing", {}};
}

Error damaged_index(const std::string& stream, const std::string& what) {
  return {ErrorCode::corrupt, "the index of stream " + stream + ": " + what, {}};
}

Error about(base::Position position, Error error) {
  error.detail = "commit " + std::to_string(position.value()) + ": " + error.detail;
  return error;
}

base::Result<void> decode_payload(base::Position position, std::string_view payload,
                                  Commit& commit) {
  if (auto decoded = decode_into(payload, commit.content); !decoded) {
    return about(position, decoded.error());
  }
  commit.position = position;
  return {};
}

base::Result<void> get_record(const LogStore& store, base::Position position,
                              rocksdb::PinnableSlice& record) {
  const auto key = big_endian(position.value());
  const auto found = store.get_into(Family::commits, {key.data(), key.size()}, record);
  if (!found) return about(position, found.error());
  if (!*found) return missing(position);
  return {};
}

class LogReader final : public CommitReader {
 public:
  explicit LogReader(RecordScanner scanner) : scanner_(std::move(scanner)) {}

  base::Result<bool> next_into(Commit& commit) override {
    const auto record = scanner_.next();
    if (!record) return record.error();
    if (!*record) return false;
    const auto decoded = decode_payload((*record)->position, (*record)->payload, commit);
    if (!decoded) return decoded.error();
    return true;
  }

 private:
  RecordScanner scanner_;
};

// Reads batches of commits: single look-ups took most of the time of a replay.
class StreamReader final : public CommitReader {
 public:
  StreamReader(const LogStore& store, std::string stream, StreamVersion first, base::Position head,
               Direction direction)
      : store_(store),
        stream_(std::move(stream)),
        head_(head),
        direction_(direction),
        next_(first.value()) {
    const auto stored = store.get(Family::stream_heads, stream_);
    if (!stored) {
      index_error_ = stored.error();
    } else if (*stored) {
      const auto version = parse_number_value(**stored);
      if (!version) index_error_ = damaged_index(stream_, "its head is damaged");
      last_ = version.value_or(0);
    }
    next_ = direction == Direction::forward ? std::max<std::uint64_t>(next_, 1)
                                            : std::min(next_, last_);
  }

  base::Result<bool> next_into(Commit& commit) override {
    if (index_error_) {
      next_ = last_ = 0;
      const Error error = *std::move(index_error_);
      index_error_.reset();
      return error;
    }
    while (!at_end()) {
      if (taken_ == positions_.size()) fill();
      const StreamVersion version(next_);
      next_ = direction_ == Direction::forward ? next_ + 1 : next_ - 1;
      if (taken_ == positions_.size()) {
        // The scan of the index stopped at this version.
        const auto position = read_stream_position(store_, stream_, version);
        if (!position) return position.error();
        if (*position > head_) continue;
        if (auto read = read_commit(store_, *position, commit); !read) return read.error();
        return true;
      }
      const std::size_t i = taken_++;
      // The commit is stored, but was not published when this reader was made.
      if (positions_[i] > head_) continue;
      if (auto read = take(i, commit); !read) return read.error();
      return true;
    }
    batch_ = RecordBatch();
    return false;
  }

 private:
  bool at_end() const { return next_ < 1 || next_ > last_; }
  bool is_forward() const { return direction_ == Direction::forward; }

  // Looks up the positions of the next versions, and reads their commits.
  void fill() {
    positions_.clear();
    is_read_.clear();
    batch_.clear();
    taken_ = 0;
    find_positions();
    std::size_t done = 0;
    while (done < positions_.size() && batch_.bytes() < last_batch_bytes) {
      const std::size_t count = std::min(commits_at_once, positions_.size() - done);
      read_commits(std::span(positions_).subspan(done, count));
      done += count;
    }
    positions_.resize(done);
    batch_size_ = std::min(batch_size_ * 2, batch_size_max);
  }

  // Appends the commits at these positions to the batch.
  void read_commits(std::span<const base::Position> positions) {
    std::array<std::array<char, 8>, commits_at_once> keys{};
    std::array<rocksdb::Slice, commits_at_once> slices;
    std::array<rocksdb::PinnableSlice, commits_at_once> records;
    std::array<rocksdb::Status, commits_at_once> statuses;
    const std::size_t count = positions.size();
    // The store wants increasing keys.
    const auto slot_of = [&](std::size_t i) { return is_forward() ? i : count - 1 - i; };
    for (std::size_t i = 0; i < count; ++i) {
      std::array<char, 8>& key = keys[slot_of(i)];
      key = big_endian(positions[i].value());
      slices[slot_of(i)] = {key.data(), key.size()};
    }
    store_.get_many(Family::commits, std::span(slices).first(count),
                    std::span(records).first(count), std::span(statuses).first(count));
    // Copied, since the records themselves pin blocks in memory.
    for (std::size_t i = 0; i < count; ++i) {
      is_read_.push_back(statuses[slot_of(i)].ok());
      batch_.add(is_read_.back() ? view(records[slot_of(i)]) : std::string_view());
    }
  }

  void find_positions() {
    const auto entries = store_.iterate(Family::streams, LogStore::Reuse::cached);
    std::uint64_t version = next_;
    entries->Seek(slice(stream_key(stream_, StreamVersion(version))));
    while (entries->Valid() && positions_.size() < batch_size_ && version >= 1 &&
           version <= last_) {
      if (view(entries->key()) != stream_key(stream_, StreamVersion(version))) break;
      const auto position = parse_number_value(view(entries->value()));
      if (!position) break;
      positions_.emplace_back(*position);
      version = is_forward() ? version + 1 : version - 1;
      is_forward() ? entries->Next() : entries->Prev();
    }
  }

  base::Result<void> take(std::size_t i, Commit& commit) const {
    const base::Position position = positions_[i];
    // One damaged block fails its neighbours, too.
    if (!is_read_[i]) return read_commit(store_, position, commit);
    const auto payload = record_payload(position, batch_[i]);
    if (!payload) return payload.error();
    return decode_payload(position, *payload, commit);
  }

  static constexpr std::size_t batch_size_max = 256;
  // A commit may have 64 MiB.
  static constexpr std::size_t commits_at_once = 8;

  const LogStore& store_;
  const std::string stream_;
  const base::Position head_;
  const Direction direction_;
  std::uint64_t next_;
  std::uint64_t last_ = 0;
  std::optional<Error> index_error_;
  std::size_t batch_size_ = 1;
  std::vector<base::Position> positions_;  // of the batch, in the order of reading
  RecordBatch batch_;                      // their commits
  std::vector<bool> is_read_;              // false for those to be read one by one
  std::size_t taken_ = 0;
};

}  // namespace

RecordScanner::RecordScanner(const LogStore& store, base::Position first, base::Position head,
                             Direction direction)
    : store_(store), head_(head), direction_(direction), batch_bytes_(first_batch_bytes) {
  next_ =
      direction == Direction::backward ? std::min(first, head) : std::max(first, base::Position(1));
}

base::Position RecordScanner::step(base::Position position) const {
  return base::Position(direction_ == Direction::forward ? position.value() + 1
                                                         : position.value() - 1);
}

base::Result<std::optional<RecordScanner::Record>> RecordScanner::next() {
  if (taken_ == batch_.size()) fill();
  if (at_end()) return std::optional<Record>();
  const base::Position position = next_;
  next_ = step(next_);
  if (taken_ == batch_.size()) {
    // The scan could not read this record, so the batch is empty and can hold the record alone.
    rocksdb::PinnableSlice alone;
    if (auto got = get_record(store_, position, alone); !got) return got.error();
    batch_.clear();
    batch_.add(view(alone));
    taken_ = 0;
  }
  const auto payload = record_payload(position, batch_[taken_++]);
  if (!payload) return payload.error();
  return std::optional(Record{position, *payload});
}

// Copies the records from next_ on. Copies none when a scan cannot read the record at next_.
void RecordScanner::fill() {
  batch_.clear();
  taken_ = 0;
  if (at_end()) return;
  const auto records = store_.iterate(Family::commits, LogStore::Reuse::passing);
  base::Position expected = next_;
  const auto key = big_endian(expected.value());
  records->Seek({key.data(), key.size()});
  while (records->Valid() && batch_.bytes() < batch_bytes_) {
    const bool follows = records->key().size() == key.size() &&
                         from_big_endian(view(records->key())) == expected.value();
    if (!follows) break;
    batch_.add(view(records->value()));
    expected = step(expected);
    if (expected == base::Position(0) || expected > head_) break;
    if (direction_ == Direction::forward) {
      records->Next();
    } else {
      records->Prev();
    }
  }
  batch_bytes_ = std::min(batch_bytes_ * 4, last_batch_bytes);
}

void RecordBatch::clear() {
  words_used_ = 0;
  places_.clear();
}

void RecordBatch::add(std::string_view record) {
  constexpr std::size_t word_bytes = sizeof(std::uint64_t);
  constexpr std::size_t lead_bytes = word_bytes - record_header_bytes % word_bytes;
  const std::size_t begin = words_used_ * word_bytes + lead_bytes;
  const std::size_t words = (lead_bytes + record.size() + word_bytes - 1) / word_bytes;
  if (words_.size() < words_used_ + words) {
    words_.resize(std::max(words_.size() * 2, words_used_ + words));
  }
  std::ranges::copy(record, reinterpret_cast<char*>(words_.data()) + begin);
  words_used_ += words;
  places_.push_back({begin, record.size()});
}

std::string_view RecordBatch::operator[](std::size_t i) const {
  return {reinterpret_cast<const char*>(words_.data()) + places_[i].begin, places_[i].size};
}

base::Result<void> read_commit(const LogStore& store, base::Position position, Commit& commit) {
  rocksdb::PinnableSlice record;
  if (auto got = get_record(store, position, record); !got) return got;
  const auto payload = record_payload(position, view(record));
  if (!payload) return payload.error();
  return decode_payload(position, *payload, commit);
}

base::Result<std::string> read_commit_bytes(const LogStore& store, base::Position position) {
  rocksdb::PinnableSlice record;
  if (auto got = get_record(store, position, record); !got) return got.error();
  const auto payload = record_payload(position, view(record));
  if (!payload) return payload.error();
  return std::string(*payload);
}

base::Result<base::Position> read_stream_position(const LogStore& store, const std::string& stream,
                                                  StreamVersion version) {
  const auto stored = store.get(Family::streams, stream_key(stream, version));
  if (!stored) return stored.error();
  const auto position = *stored ? parse_number_value(**stored) : std::nullopt;
  if (position) return base::Position(*position);
  return damaged_index(stream, "version " + std::to_string(version.value()) + " is missing");
}

std::unique_ptr<CommitReader> make_log_reader(const LogStore& store, base::Position first,
                                              base::Position head, Direction direction) {
  return std::make_unique<LogReader>(RecordScanner(store, first, head, direction));
}

std::unique_ptr<CommitReader> make_stream_reader(const LogStore& store, std::string stream,
                                                 StreamVersion first, base::Position head,
                                                 Direction direction) {
  return std::make_unique<StreamReader>(store, std::move(stream), first, head, direction);
}

}  // namespace codelog::events
