#include "projections/rocks_store.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/snapshot.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "events/rocksdb/idle_tables.h"

namespace codelog::projections {
namespace {

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

base::Error to_error(const rocksdb::Status& status) {
  return {status.IsCorruption() ? base::ErrorCode::corrupt : base::ErrorCode::io,
          "the views: " + status.ToString(),
          {}};
}

// True if the fault is in the process or the volume, so that new views would fail too.
bool is_of_environment(const rocksdb::Status& status) {
  if (!status.IsIOError()) return status.IsMemoryLimit() || status.IsAborted();
  if (status.IsNoSpace()) return true;
  constexpr std::array numbers = {EMFILE, ENFILE, EACCES, EPERM, EROFS, ENOMEM, EIO};
  const std::string text = status.ToString();
  return std::ranges::any_of(numbers,
                             [&](int number) { return text.ends_with(std::strerror(number)); });
}

// RocksDB's messages begin with the failed action. Search only there: a path in them may hold any
// word.
bool is_locked_by_another(const rocksdb::Status& status) {
  const char* state = status.getState();
  const std::string_view text = state == nullptr ? "" : state;
  return status.IsIOError() && (text.starts_with("While lock file: ") ||
                                text.starts_with("lock hold by current process"));
}

base::Error open_error(const rocksdb::Status& status, const std::filesystem::path& folder) {
  if (is_locked_by_another(status)) {
    return {base::ErrorCode::unavailable, folder.string() + " is in use by another process", {}};
  }
  base::Error error = to_error(status);
  if (!is_of_environment(status)) error.code = base::ErrorCode::corrupt;
  return error;
}

rocksdb::Options store_options() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.max_background_jobs = 2;
  options.write_buffer_size = 32 << 20;
  options.compression = rocksdb::kLZ4Compression;
  options.keep_log_file_num = 2;
  options.max_log_file_size = 4 << 20;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(32 << 20);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

class RocksReader final : public StoreReader {
 public:
  RocksReader(rocksdb::DB* db, const RocksStore::OnDamage& on_damage)
      : db_(db), on_damage_(on_damage), snapshot_(db) {}

  std::optional<std::string> get(std::string_view key) const override {
    std::string value;
    const rocksdb::Status status = db_->Get(options(), slice(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    check(status);
    return value;
  }

  void scan(std::string_view prefix, const Visit& visit) const override {
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options()));
    for (at->Seek(slice(prefix)); at->Valid() && view(at->key()).starts_with(prefix); at->Next()) {
      if (!visit(view(at->key()), view(at->value()))) return;
    }
    check(at->status());
  }

  void scan_backward(std::string_view prefix, const Visit& visit) const override {
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options()));
    const std::string after = after_prefix(prefix);
    if (after.empty()) {
      at->SeekToLast();
    } else {
      at->SeekForPrev(slice(after));
      if (at->Valid() && view(at->key()) == after) at->Prev();
    }
    for (; at->Valid() && view(at->key()).starts_with(prefix); at->Prev()) {
      if (!visit(view(at->key()), view(at->value()))) return;
    }
    check(at->status());
  }

 private:
  void on_damage(const std::string& cause) const override {
    if (on_damage_) on_damage_(cause);
  }

  void check(const rocksdb::Status& status) const {
    if (status.ok()) return;
    const std::string cause = "the views cannot be read: " + status.ToString();
    if (!is_of_environment(status)) report_damage(cause);
    throw base::ThrownError(
        {base::ErrorCode::unavailable, "the views cannot be read now; try again", {}}, cause);
  }

  rocksdb::ReadOptions options() const {
    rocksdb::ReadOptions read;
    read.snapshot = snapshot_.snapshot();
    return read;
  }

  rocksdb::DB* db_;
  const RocksStore::OnDamage& on_damage_;      // the store's
  mutable rocksdb::ManagedSnapshot snapshot_;  // snapshot() is not const in RocksDB 7
};

class OpenRocksStore final : public RocksStore {
 public:
  explicit OpenRocksStore(std::unique_ptr<rocksdb::DB> db) : db_(std::move(db)) {}

  std::unique_ptr<StoreReader> reader() const override {
    return std::make_unique<RocksReader>(db_.get(), on_damage_);
  }

  void set_on_damage(OnDamage on_damage) override { on_damage_ = std::move(on_damage); }

  base::Result<void> resume() override {
    const rocksdb::Status status = db_->Resume();
    if (!status.ok()) return to_error(status);
    return {};
  }

  base::Result<void> write(const Batch& batch, WriteMode mode) override {
    rocksdb::WriteBatch writes;
    for (const Batch::Change& change : batch.changes()) {
      const rocksdb::Status status = add(writes, change);
      if (!status.ok()) return to_error(status);
    }
    rocksdb::WriteOptions options;
    options.disableWAL = mode == WriteMode::bulk;
    const rocksdb::Status status = db_->Write(options, &writes);
    if (!status.ok()) return to_error(status);
    return {};
  }

  void write_idle_tables() override {
    idle_tables_.look(*db_, {db_->DefaultColumnFamily()}, std::chrono::steady_clock::now());
  }

  base::Result<void> sync() override {
    const rocksdb::Status status = db_->Flush(rocksdb::FlushOptions());
    if (!status.ok()) return to_error(status);
    return {};
  }

 private:
  static rocksdb::Status add(rocksdb::WriteBatch& writes, const Batch::Change& change) {
    if (const auto* put = std::get_if<Batch::Put>(&change)) return writes.Put(put->key, put->value);
    if (const auto* erase = std::get_if<Batch::Erase>(&change)) return writes.Delete(erase->key);
    const std::string& prefix = std::get<Batch::ErasePrefix>(change).prefix;
    const std::string after = after_prefix(prefix);
    CODELOG_CHECK(!after.empty(), "a prefix to erase must have an end");
    return writes.DeleteRange(prefix, after);
  }

  OnDamage on_damage_;
  std::unique_ptr<rocksdb::DB> db_;
  events::IdleTables idle_tables_;
};

}  // namespace

base::Result<std::unique_ptr<RocksStore>> RocksStore::open(const std::filesystem::path& folder,
                                                           rocksdb::Env* environment) {
  std::error_code ignored;  // RocksDB reports a folder that cannot be created.
  std::filesystem::create_directories(folder, ignored);
  rocksdb::Options options = store_options();
  if (environment != nullptr) options.env = environment;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, folder.string(), &db);
  if (!status.ok()) return open_error(status, folder);
  return std::unique_ptr<RocksStore>(
      std::make_unique<OpenRocksStore>(std::unique_ptr<rocksdb::DB>(db)));
}

}  // namespace codelog::projections
