#include "events/rocksdb/log_store.h"

#include <fcntl.h>
#include <rocksdb/env.h>
#include <rocksdb/listener.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <random>
#include <vector>

#include "events/base/check.h"
#include "events/base/file.h"
#include "events/rocksdb/log_store_options.h"

namespace codelog::events {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::string_view format_key = "format";
constexpr std::string_view id_key = "log_id";
constexpr std::string_view head_key = "head";
constexpr std::string_view next_ids_key = "next_ids";
constexpr std::string_view format = "codelog log 1";

rocksdb::ReadOptions point_read() {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  return options;
}

// Describes the process that holds the lock, where the kernel knows it. The holder must not call
// this itself: closing any descriptor of the file would drop its lock.
std::string lock_holder(const std::filesystem::path& lock_file) {
  const auto file = base::open_file(lock_file, O_RDWR);
  if (!file) return "another process";
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool held = ::fcntl(file.get(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  return held ? "process " + std::to_string(lock.l_pid) : "another process";
}

// RocksDB's messages begin with the failed action. Search only there: a path in them may hold any
// word.
bool has_failed_to(std::string_view action, const rocksdb::Status& status) {
  const char* state = status.getState();
  return status.IsIOError() && state != nullptr && std::string_view(state).starts_with(action);
}

Error open_error(const rocksdb::Status& status, const std::filesystem::path& folder) {
  if (has_failed_to("lock hold by current process", status)) {
    return {ErrorCode::unavailable,
            "the log " + folder.string() + " is open in this process already",
            {}};
  }
  if (has_failed_to("While lock file: ", status)) {
    return {ErrorCode::unavailable,
            "the log " + folder.string() + " is in use by " + lock_holder(folder / "LOCK") +
                "; only one process may open it: stop that one, or let it do the work",
            {}};
  }
  Error error = to_error(status, "cannot open the log " + folder.string());
  if (error.code == ErrorCode::corrupt) {
    error.detail +=
        "; nothing was changed: keep a copy of the folder, check the disk, and restore the log "
        "from "
        "its latest backup";
  }
  return error;
}

Error no_space() {
  return {ErrorCode::unavailable,
          "the volume of the log is full: writes are taken again when there is room",
          {}};
}

struct StoredHead {
  std::uint64_t position;
  std::uint64_t epoch;
  Hash root;
};
static_assert(sizeof(StoredHead) == 48, "stored on disk");

struct StoredNextIds {
  std::uint64_t position;
  std::uint32_t codelist;
  std::uint32_t version;
  std::uint32_t search;
  std::uint32_t unused;
};
static_assert(sizeof(StoredNextIds) == 24, "stored on disk");

base::Result<void> make_folder(const LogOptions& options) {
  std::error_code error;
  if (std::filesystem::exists(options.folder / "CURRENT", error)) return {};
  if (!options.create_if_missing) {
    return Error{ErrorCode::not_found, "there is no log in " + options.folder.string(), {}};
  }
  if (!std::filesystem::create_directories(options.folder, error) && error) {
    return Error{ErrorCode::io,
                 "cannot make the folder " + options.folder.string() + ": " + error.message(),
                 {}};
  }
  return base::sync_folder(std::filesystem::absolute(options.folder).parent_path());
}

// After a process was killed in the middle of a group, the write-ahead log may be in the kernel's
// memory only. The log treats all commits found at opening as durable, but RocksDB syncs only logs
// that it wrote itself: a power cut would leave a hole before the commits that follow.
base::Result<void> sync_write_ahead_logs(const std::filesystem::path& folder) {
  std::error_code error;
  for (std::filesystem::directory_iterator file(folder, error), end; !error && file != end;
       file.increment(error)) {
    if (file->path().extension() != ".log") continue;
    const auto synced = base::sync_file(file->path());
    // A log file that is gone by now was not needed. If another process holds the lock, the code
    // below reports it.
    if (!synced && synced.error().code != ErrorCode::not_found) return synced;
  }
  if (error) {
    return Error{ErrorCode::io, "cannot list " + folder.string() + ": " + error.message(), {}};
  }
  return base::sync_folder(folder);
}

}  // namespace

std::string make_log_id() {
  std::random_device random;
  std::array<std::uint8_t, 16> bytes{};
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return base::to_hex(bytes);
}

void must(const rocksdb::Status& status) {
  CODELOG_CHECK(status.ok(), "a write batch refused an entry: " + status.ToString());
}

Error to_error(const rocksdb::Status& status, std::string_view doing) {
  CODELOG_CHECK(!status.ok(), "an error made of a success");
  return {status.IsCorruption() ? ErrorCode::corrupt : ErrorCode::io,
          std::string(doing) + ": " + status.ToString(),
          {}};
}

// Notices when RocksDB stops writing because a table did not fit on the volume. Any other fault,
// such as one of the write-ahead log or of the manifest, stays an error that latches the log.
class LogStore::TableSpace final : public rocksdb::EventListener {
 public:
  bool is_lacking() const { return is_lacking_ && !has_other_fault_; }
  bool has_other_fault() const { return has_other_fault_; }
  void set_lacking(bool is_lacking) { is_lacking_ = is_lacking; }

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override {
    using Reason = rocksdb::BackgroundErrorReason;
    // RocksDB continues by itself after soft errors.
    if (error->severity() < rocksdb::Status::Severity::kHardError) return;
    const bool is_of_table =
        reason == Reason::kFlush || reason == Reason::kFlushNoWAL || reason == Reason::kCompaction;
    // Also true for a closed write-ahead log, whose groups were all synced before.
    (is_of_table && error->IsNoSpace() ? is_lacking_ : has_other_fault_) = true;
  }
  // RocksDB would retry in the background, and refuse resume() meanwhile.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status error,
                            bool* automatic) override {
    if (error.severity() >= rocksdb::Status::Severity::kHardError) *automatic = false;
  }

 private:
  std::atomic<bool> is_lacking_ = false;
  std::atomic<bool> has_other_fault_ = false;
};

LogStore::LogStore() : table_space_(std::make_shared<TableSpace>()) {}

void LogStore::CloseFamily::operator()(rocksdb::ColumnFamilyHandle* family) const {
  const auto status = db->DestroyColumnFamilyHandle(family);
  CODELOG_CHECK(status.ok(), "column family handle closed twice");
}

void LogStore::take(rocksdb::DB* db, std::span<rocksdb::ColumnFamilyHandle* const> families) {
  db_.reset(db);
  for (std::size_t i = 0; i < families_count; ++i) {
    families_[i] = FamilyHandle(families[i], CloseFamily{db});
  }
}

base::Result<std::unique_ptr<LogStore>> LogStore::open(const LogOptions& options,
                                                       rocksdb::Env* environment) {
  if (auto made = make_folder(options); !made) return made.error();
  if (auto synced = sync_write_ahead_logs(options.folder); !synced) return synced.error();
  std::unique_ptr<LogStore> store(new LogStore());
  rocksdb::DBOptions database = database_options(options, environment);
  database.listeners.push_back(store->table_space_);
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const auto status = rocksdb::DB::Open(database, options.folder.string(),
                                        describe_families(options), &handles, &db);
  if (!status.ok()) return open_error(status, options.folder);
  store->take(db, handles);
  store->sync_ = options.sync;
  return store;
}

base::Result<std::unique_ptr<LogStore>> LogStore::open_for_reading(
    const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder / "CURRENT", error)) {
    return Error{ErrorCode::not_found, "there is no log in " + folder.string(), {}};
  }
  LogOptions options;
  rocksdb::DBOptions database = database_options(options, rocksdb::Env::Default());
  database.create_if_missing = false;
  // Gaps in the positions show what is missing.
  database.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
  database.paranoid_checks = false;
  // A table that has been opened stays readable when another process removes it.
  database.max_open_files = -1;
  std::unique_ptr<LogStore> store(new LogStore());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly(database, folder.string(),
                                                   describe_families(options), &handles, &db);
  if (!status.ok()) return to_error(status, "cannot read the log " + folder.string());
  store->take(db, handles);
  return store;
}

base::Result<std::optional<LogState>> LogStore::read_state() const {
  const auto stored_format = get(Family::meta, format_key);
  if (!stored_format) return stored_format.error();
  if (!*stored_format) {
    // A log without its meta data must not be taken for a new one and overwritten.
    if (auto nothing = check_dense(base::Position(0)); !nothing) return nothing.error();
    return std::optional<LogState>();
  }
  if (**stored_format != format) {
    return Error{ErrorCode::corrupt,
                 "the log has the format \"" + **stored_format + "\"; this program reads \"" +
                     std::string(format) + "\"",
                 {}};
  }
  const auto id = get(Family::meta, id_key);
  if (!id) return id.error();
  const auto head = get(Family::meta, head_key);
  if (!head) return head.error();
  if (!*id || !*head || (*head)->size() != sizeof(StoredHead)) {
    return Error{ErrorCode::corrupt, "the log's meta data is incomplete", {}};
  }
  StoredHead stored{};
  std::memcpy(&stored, (*head)->data(), sizeof stored);
  LogState state{**id, {base::Position(stored.position), stored.root, stored.epoch}, {}, {}};
  const auto ids = get(Family::meta, next_ids_key);
  if (!ids) return ids.error();
  if (*ids && (*ids)->size() == sizeof(StoredNextIds)) {
    StoredNextIds next{};
    std::memcpy(&next, (*ids)->data(), sizeof next);
    state.next_ids_at = base::Position(next.position);
    state.next_ids = {base::CodelistId(next.codelist), base::VersionId(next.version),
                      base::SearchId(next.search)};
  }
  return std::optional(std::move(state));
}

void LogStore::put_state(rocksdb::WriteBatch& batch, const LogStore& store, const LogState& state) {
  const StoredHead stored{state.head.position.value(), state.head.epoch, state.head.root};
  const auto put = [&](std::string_view key, std::string_view value) {
    must(batch.Put(store.handle(Family::meta), slice(key), slice(value)));
  };
  if (state.head.position == base::Position(0)) {
    put(format_key, format);
    put(id_key, state.id);
  }
  put(head_key, {reinterpret_cast<const char*>(&stored), sizeof stored});
  const NextIds& ids = state.next_ids;
  const StoredNextIds next{state.head.position.value(), ids.codelist.value(), ids.version.value(),
                           ids.search.value(), 0};
  put(next_ids_key, {reinterpret_cast<const char*>(&next), sizeof next});
}

base::Result<bool> LogStore::get_into(Family family, std::string_view key,
                                      rocksdb::PinnableSlice& value) const {
  value.Reset();
  const auto status = db_->Get(point_read(), handle(family), slice(key), &value);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return to_error(status, "cannot read the log");
  return true;
}

base::Result<std::optional<std::string>> LogStore::get(Family family, std::string_view key) const {
  rocksdb::PinnableSlice value;
  const auto found = get_into(family, key, value);
  if (!found) return found.error();
  if (!*found) return std::optional<std::string>();
  return std::optional(value.ToString());
}

base::Result<bool> LogStore::contains(Family family, std::string_view key) const {
  rocksdb::PinnableSlice value;
  return get_into(family, key, value);
}

base::Result<bool> LogStore::has_stream_entry_after(const std::string& stream,
                                                    StreamVersion version) const {
  const auto entries = iterate(Family::streams, Reuse::cached);
  const std::string last = stream_key(stream, version);
  entries->Seek(slice(last));
  if (entries->Valid() && view(entries->key()) == last) entries->Next();
  if (!entries->status().ok()) return to_error(entries->status(), "cannot read the log");
  // A key in the streams family is the name, a zero byte and the version.
  return entries->Valid() && entries->key().size() == last.size() &&
         view(entries->key()).starts_with(std::string_view(last).substr(0, stream.size() + 1));
}

base::Result<std::optional<std::vector<Hash>>> LogStore::tile(const TileId& id) const {
  rocksdb::PinnableSlice value;
  const auto found = get_into(Family::merkle, tile_key(id.level, id.index), value);
  if (!found) return found.error();
  if (!*found) return std::optional<std::vector<Hash>>();
  const std::string name = "tile " + std::to_string(id.level) + "/" + std::to_string(id.index);
  if (value.size() != tile_hashes_count * sizeof(Hash)) {
    return Error{ErrorCode::corrupt, name + " has a wrong size", {}};
  }
  std::vector<Hash> hashes(tile_hashes_count);
  std::memcpy(hashes.data(), value.data(), value.size());
  return std::optional(std::move(hashes));
}

void LogStore::get_many(Family family, std::span<const rocksdb::Slice> keys,
                        std::span<rocksdb::PinnableSlice> values,
                        std::span<rocksdb::Status> statuses) const {
  constexpr bool is_sorted = true;
  db_->MultiGet(point_read(), handle(family), keys.size(), keys.data(), values.data(),
                statuses.data(), is_sorted);
}

std::unique_ptr<rocksdb::Iterator> LogStore::iterate(Family family, Reuse reuse) const {
  rocksdb::ReadOptions options = point_read();
  options.fill_cache = reuse == Reuse::cached;
  return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(options, handle(family)));
}

rocksdb::WriteBatch LogStore::new_batch() const {
  constexpr std::size_t protection_bytes_per_key = 8;
  return rocksdb::WriteBatch(/*reserved_bytes=*/0, /*max_bytes=*/0, protection_bytes_per_key,
                             /*default_cf_ts_sz=*/0);
}

base::Result<void> LogStore::write(rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions options;
  options.sync = sync_;
  options.disableWAL = false;
  return outcome_of(db_->Write(options, &batch));
}

base::Result<void> LogStore::write_unlogged(rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  return outcome_of(db_->Write(options, &batch));
}

base::Result<void> LogStore::write_all_tables() {
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  families.reserve(families_.size());
  for (const FamilyHandle& family : families_) families.push_back(family.get());
  return outcome_of(db_->Flush(rocksdb::FlushOptions(), families));
}

base::Result<void> LogStore::outcome_of(const rocksdb::Status& status) const {
  if (status.ok()) return {};
  // A stopped database refuses a write before it begins; too many tables that wait for a merge do
  // too (Incomplete). A write-ahead log without space has been reported as another fault by now.
  if (status.IsNoSpace() && !table_space_->has_other_fault()) {
    table_space_->set_lacking(true);
    return no_space();
  }
  if (status.IsIncomplete()) return no_space();
  return to_error(status, "cannot write the log");
}

bool LogStore::lacks_space() const { return table_space_->is_lacking(); }

base::Result<void> LogStore::resume() {
  if (!table_space_->is_lacking()) return {};
  table_space_->set_lacking(false);  // first, since RocksDB may report the next lack at once
  const auto status = db_->Resume();
  if (status.ok()) return {};
  // Busy: RocksDB itself is trying at this moment.
  if (!status.IsNoSpace() && !status.IsBusy()) {
    return to_error(status, "cannot continue to write the log");
  }
  table_space_->set_lacking(true);
  if (table_space_->is_lacking()) return no_space();
  return to_error(status, "cannot continue to write the log");
}

void LogStore::write_idle_tables() {
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  families.reserve(families_.size());
  for (const FamilyHandle& family : families_) families.push_back(family.get());
  idle_tables_.look(*db_, families, std::chrono::steady_clock::now());
}

base::Result<void> LogStore::check_dense(base::Position last) const {
  const auto missing = [](std::uint64_t position) {
    return Error{ErrorCode::corrupt,
                 "the log lacks commit " + std::to_string(position) +
                     " before its end: restore it from its latest backup",
                 {}};
  };
  std::vector<rocksdb::LiveFileMetaData> tables;
  db_->GetLiveFilesMetaData(&tables);
  std::erase_if(tables, [](const auto& table) {
    return table.column_family_name != name_of(Family::commits);
  });
  std::ranges::sort(tables, {}, [](const auto& table) { return table.smallestkey; });
  std::uint64_t next = 1;
  for (const auto& table : tables) {
    if (table.smallestkey.size() != 8 || table.largestkey.size() != 8) return missing(next);
    const std::uint64_t largest = from_big_endian(table.largestkey);
    const bool follows = from_big_endian(table.smallestkey) == next;
    if (!follows || table.num_deletions != 0 || table.num_entries != largest - next + 1) {
      return missing(next);
    }
    next = largest + 1;
  }
  // The other commits are in memory, recovered from the WAL.
  const auto rest = iterate(Family::commits, Reuse::passing);
  const auto first_key = big_endian(next);
  for (rest->Seek({first_key.data(), first_key.size()}); rest->Valid(); rest->Next()) {
    if (rest->key().size() != 8 || from_big_endian(view(rest->key())) != next) return missing(next);
    ++next;
  }
  if (!rest->status().ok()) return to_error(rest->status(), "cannot read the log");
  if (next <= last.value()) return missing(next);
  if (next > last.value() + 1) {
    return Error{ErrorCode::corrupt,
                 "the log holds commits after its recorded end " + std::to_string(last.value()),
                 {}};
  }
  return {};
}

}  // namespace codelog::events
