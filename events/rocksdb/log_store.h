// The log's RocksDB: its column families, its options and typed access to them. Only this class
// knows how the database is opened and how a group is made durable. record.h and README.md describe
// the stored bytes.
//
// Safe from any thread. Errors: corrupt and io, as RocksDB distinguishes them.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "events/base/result.h"
#include "events/merkle.h"
#include "events/next_ids.h"
#include "events/rocksdb/idle_tables.h"
#include "events/rocksdb/record.h"
#include "events/rocksdb/rocks_log.h"

namespace codelog::events {

enum class Family : std::size_t { meta, commits, streams, stream_heads, idempotency, merkle };
inline constexpr std::size_t families_count = 6;

// The log's identity and its end; all of it is in the meta family.
struct LogState {
  std::string id;  // 16 random bytes in hexadecimal, made with the log
  Head head;
  NextIds next_ids;
  // The commit after which these are the next ids; an older program has not moved it to the head.
  base::Position next_ids_at;
};

class LogStore {
 public:
  // Errors besides those of RocksDB: not_found (no log there, and the options do not allow making
  // one), unavailable (another process uses it).
  static base::Result<std::unique_ptr<LogStore>> open(const LogOptions& options,
                                                      rocksdb::Env* environment);

  // For StoredLog: takes no lock, writes nothing, and opens whatever can be read of a damaged log.
  // Errors as above.
  static base::Result<std::unique_ptr<LogStore>> open_for_reading(
      const std::filesystem::path& folder);

  // The state of an existing log; nothing if the folder has never held one.
  base::Result<std::optional<LogState>> read_state() const;
  // The next ids must be those after the head.
  static void put_state(rocksdb::WriteBatch& batch, const LogStore& store, const LogState& state);

  // Returns nothing when there is no such key.
  base::Result<std::optional<std::string>> get(Family family, std::string_view key) const;
  base::Result<bool> contains(Family family, std::string_view key) const;
  // Whether the index has an entry of the stream for a later version. Logarithmic.
  base::Result<bool> has_stream_entry_after(const std::string& stream, StreamVersion version) const;
  // As get(), but reuses the memory of `value`. Returns false when there is no such key.
  base::Result<bool> get_into(Family family, std::string_view key,
                              rocksdb::PinnableSlice& value) const;
  base::Result<std::optional<std::vector<Hash>>> tile(const TileId& id) const;
  // Many keys at once, in increasing order: several times as fast as one by one. Values and
  // statuses have the size of `keys`. A status is NotFound when there is no such key; a fault may
  // also show at keys beside it.
  void get_many(Family family, std::span<const rocksdb::Slice> keys,
                std::span<rocksdb::PinnableSlice> values,
                std::span<rocksdb::Status> statuses) const;

  // A scan from `first` on (or up to it, backwards). Keep it short: it pins files and memory while
  // it lives.
  enum class Reuse { cached, passing };
  std::unique_ptr<rocksdb::Iterator> iterate(Family family, Reuse reuse) const;

  rocksdb::ColumnFamilyHandle* handle(Family family) const {
    return families_[static_cast<std::size_t>(family)].get();
  }

  rocksdb::WriteBatch new_batch() const;
  // Makes the whole batch durable. Errors: unavailable (nothing was written: an earlier table does
  // not fit on the volume, see resume()); others, after which the content of the disk is unknown.
  base::Result<void> write(rocksdb::WriteBatch& batch);
  // For LogLoader: writes that are durable only after write_all_tables(). Errors as above.
  base::Result<void> write_unlogged(rocksdb::WriteBatch& batch);
  base::Result<void> write_all_tables();
  // After RocksDB has lacked the space for a table, writes this table again, and allows writes.
  // Its content is still in memory and in the write-ahead log. Does nothing if no space was
  // lacking. Errors: unavailable (there is still no space), io, corrupt.
  base::Result<void> resume();
  // True while resume() would have something to do.
  bool lacks_space() const;
  // See IdleTables; from one thread at a time.
  void write_idle_tables();

  // Checks that every position from 1 to `last` is stored, and none after it. Uses the properties
  // of the tables and, for commits that are not in a table yet, their keys. Errors: corrupt, naming
  // the missing part.
  base::Result<void> check_dense(base::Position last) const;

 private:
  struct CloseFamily {
    rocksdb::DB* db;
    void operator()(rocksdb::ColumnFamilyHandle* family) const;
  };
  using FamilyHandle = std::unique_ptr<rocksdb::ColumnFamilyHandle, CloseFamily>;

  LogStore();
  base::Result<void> outcome_of(const rocksdb::Status& status) const;
  void take(rocksdb::DB* db, std::span<rocksdb::ColumnFamilyHandle* const> families);

  class TableSpace;
  std::shared_ptr<TableSpace> table_space_;  // shared with RocksDB, which reports to it
  std::unique_ptr<rocksdb::DB> db_;          // Declared before its families, so closed after them.
  std::array<FamilyHandle, families_count> families_;
  IdleTables idle_tables_;
  bool sync_ = true;
};

// For the result of adding an entry to a write batch, which cannot fail.
void must(const rocksdb::Status& status);
// A new log's id.
std::string make_log_id();

base::Error to_error(const rocksdb::Status& status, std::string_view doing);
inline std::string_view view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }
inline rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace codelog::events
