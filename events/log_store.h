// The log's RocksDB: its column families, its options and typed access to them. The only place that
// knows how the database is opened and how a group is made durable. What it holds, byte for byte:
// record.h and README.md.
//
// Safe from any thread. Errors: corrupt and io, as RocksDB tells them apart.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "events/base/result.h"
#include "events/log.h"
#include "events/merkle.h"
#include "events/record.h"

namespace codelog::events {

enum class Family : std::size_t { meta, commits, streams, stream_heads, idempotency, merkle };
inline constexpr std::size_t families_count = 6;

// What identifies a log and says where it ends; all of it in the meta family.
struct LogState {
  std::string id;  // 16 random bytes as hexadecimal, made with the log
  Head head;
};

class LogStore {
 public:
  // Errors besides those of RocksDB: not_found (no log there and none to be made), unavailable
  // (another process uses it).
  static base::Result<std::unique_ptr<LogStore>> open(const LogOptions& options,
                                                      rocksdb::Env* environment);

  // The state of an existing log; nothing in a folder that has never held one.
  base::Result<std::optional<LogState>> read_state() const;
  static void put_state(rocksdb::WriteBatch& batch, const LogStore& store, const LogState& state);

  // Nothing when there is no such key.
  base::Result<std::optional<std::string>> get(Family family, std::string_view key) const;
  base::Result<bool> contains(Family family, std::string_view key) const;
  // As get(), into memory that is used again; false when there is no such key.
  // Whether the index has an entry of the stream for a later version. Logarithmic.
  base::Result<bool> has_stream_entry_after(const std::string& stream, StreamVersion version) const;
  base::Result<bool> get_into(Family family, std::string_view key,
                              rocksdb::PinnableSlice& value) const;
  base::Result<std::optional<std::vector<Hash>>> tile(const TileId& id) const;

  // A scan from `first` on (or up to it, backwards). Keep it short: it pins files and memory while
  // it lives.
  enum class Reuse { cached, passing };
  std::unique_ptr<rocksdb::Iterator> iterate(Family family, Reuse reuse) const;

  rocksdb::ColumnFamilyHandle* handle(Family family) const {
    return families_[static_cast<std::size_t>(family)].get();
  }

  // Makes a batch durable as a whole. After an error nothing is known about what the disk holds.
  rocksdb::WriteBatch new_batch() const;
  base::Result<void> write(rocksdb::WriteBatch& batch);

  // Every position from 1 to `last` is there, and none after it: by the tables' properties and, for
  // what is not in a table yet, by its keys. Errors: corrupt, naming what is missing.
  base::Result<void> check_dense(base::Position last) const;

 private:
  struct CloseFamily {
    rocksdb::DB* db;
    void operator()(rocksdb::ColumnFamilyHandle* family) const;
  };
  using FamilyHandle = std::unique_ptr<rocksdb::ColumnFamilyHandle, CloseFamily>;

  LogStore() = default;

  std::unique_ptr<rocksdb::DB> db_;  // Declared first: closed last.
  std::array<FamilyHandle, families_count> families_;
  bool sync_ = true;
};

base::Error to_error(const rocksdb::Status& status, std::string_view doing);
inline std::string_view view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }
inline rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace codelog::events
