#include "coding_systems/importing/release_writer.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>

#include "coding_systems/index/release_files.h"
#include "events/base/file.h"

namespace codelog::coding_systems {
namespace {

constexpr std::string_view temporary_suffix = ".sqlite3.importing";
// Twice SQLite's usual size: writing a release takes nine tenths of the time, and OpenCodelists'
// queries take as long as before. With 16 KiB, writing takes still less, but its recursive queries
// take 1.3 times as long.
constexpr int page_bytes = 8192;
// More pages than this are written to the (unsynced) file early. Large releases are written in
// order (SortedKeys), so a larger cache would only cost memory.
constexpr int page_cache_kib = 32 * 1024;
// An index is sorted in pieces of this size, each by another thread while the next is read. Smaller
// pieces fit better into the processor's caches.
constexpr int sorting_kib = 8 * 1024;
// Django stores the time of a migration. A fixed time keeps the file's bytes a function of the
// release alone.
constexpr std::string_view migrations_applied = "2025-04-25 00:00:00";

// publish() writes the index here before it renames it.
std::filesystem::path new_index_of(const std::filesystem::path& index) {
  return index.string() + ".new";
}

// The temporary names of publish() and write_index_file: <alias>.index.new, <alias>.index.<thread>
// and, in earlier versions, <alias>.index.<thread>.new.
bool is_unfinished_index(std::string name) {
  if (name.ends_with(".new")) name.resize(name.size() - 4);
  const auto dot = name.rfind('.');
  return dot != std::string::npos && dot + 1 < name.size() &&
         std::all_of(name.begin() + static_cast<std::ptrdiff_t>(dot) + 1, name.end(),
                     [](char byte) { return byte >= '0' && byte <= '9'; }) &&
         name.substr(0, dot).ends_with(".index");
}

// An unlocked temporary file was left by a killed import or server.
void remove_leftovers(const std::filesystem::path& folder) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().string();
    const bool is_release = name.ends_with(temporary_suffix);
    if (!is_release && !is_unfinished_index(entry.path().filename().string())) continue;
    const auto locked = LockedFile::take(entry.path());
    if (!locked) continue;
    if (is_release) {
      const std::string start = name.substr(0, name.size() - temporary_suffix.size());
      ::unlink(new_index_of(start + ".index").c_str());
    }
    // last: while this file exists, it shows that the import needs cleaning up
    ::unlink(name.c_str());
  }
}

// A log beside the old file would be applied to the new file, which takes the same name.
base::Result<void> check_logs_of(const std::filesystem::path& file) {
  for (const char* suffix : {"-wal", "-journal"}) {
    const std::filesystem::path log = file.string() + suffix;
    std::error_code missing;
    const auto size_bytes = std::filesystem::file_size(log, missing);
    if (missing || size_bytes == 0) continue;
    return base::Error{base::ErrorCode::conflict,
                       log.string() +
                           " holds changes to the release that is to be replaced: "
                           "open and close that release with sqlite3 first",
                       {}};
  }
  return {};
}

base::Result<void> remove_logs_of(const std::filesystem::path& file) {
  const auto checked = check_logs_of(file);
  if (!checked) return checked;
  for (const char* suffix : {"-wal", "-journal", "-shm"}) {
    const std::filesystem::path log = file.string() + suffix;
    if (::unlink(log.c_str()) != 0 && errno != ENOENT)
      return base::system_error("cannot remove", log);
  }
  return {};
}

base::Result<void> sync_file(const std::filesystem::path& path) {
  const auto file = base::open_file(path, O_RDONLY);
  if (!file) return base::system_error("cannot open", path);
  if (::fsync(file.get()) != 0) return base::system_error("cannot sync", path);
  return {};
}

std::string cache_size_sql(int kib) { return "PRAGMA cache_size = -" + std::to_string(kib) + ";"; }

// Each with its final ';'. No name in our schemas contains one.
std::vector<std::string> statements_of(std::string_view sql) {
  std::vector<std::string> statements;
  while (!sql.empty()) {
    const std::size_t end = std::min(sql.find(';'), sql.size() - 1) + 1;
    statements.emplace_back(sql.substr(0, end));
    sql.remove_prefix(end);
  }
  return statements;
}

// Disk and processor work at the same time: the digest reads bytes that are still in memory.
base::Result<IndexedFile> sync_and_identify(const std::filesystem::path& path) {
  auto synced = std::async(std::launch::async, sync_file, path);
  const auto digest = base::sha256_file(path);
  const auto sync_result = synced.get();
  if (!sync_result) return sync_result.error();
  if (!digest) return digest.error();
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return base::system_error("cannot look at", path);
  // A rename changes neither size, time nor inode.
  return IndexedFile{*digest, static_cast<std::uint64_t>(status.st_size),
                     std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
                     static_cast<std::uint64_t>(status.st_ino)};
}

}  // namespace

void RowInserter::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void RowInserter::text(int column, std::string_view value) {
  const int code = sqlite3_bind_text(statement_.get(), column, value.data(),
                                     static_cast<int>(value.size()), SQLITE_STATIC);
  CODELOG_CHECK(code == SQLITE_OK, "a text was bound to a column that is not there");
}

void RowInserter::integer(int column, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), column, value);
  CODELOG_CHECK(code == SQLITE_OK, "a number was bound to a column that is not there");
}

void RowInserter::null(int column) {
  const int code = sqlite3_bind_null(statement_.get(), column);
  CODELOG_CHECK(code == SQLITE_OK, "NULL was bound to a column that is not there");
}

base::Result<void> RowInserter::insert() {
  const int stepped = sqlite3_step(statement_.get());
  const int reset = sqlite3_reset(statement_.get());
  if (stepped == SQLITE_DONE && reset == SQLITE_OK) return {};
  sqlite3* const database = sqlite3_db_handle(statement_.get());
  const int code = sqlite3_extended_errcode(database);
  const bool is_taken = code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_UNIQUE;
  return base::Error{is_taken ? base::ErrorCode::conflict : base::ErrorCode::io,
                     "cannot write to " + table_ + ": " + sqlite3_errmsg(database),
                     {}};
}

void ReleaseWriter::CloseDatabase::operator()(sqlite3* database) const {
  const int code = sqlite3_close(database);
  CODELOG_CHECK(code == SQLITE_OK, "a row inserter outlived its release writer");
}

ReleaseWriter::RemoveLockedFile::~RemoveLockedFile() {
  if (locked && !path.empty()) ::unlink(path.c_str());
}

ReleaseWriter::~ReleaseWriter() = default;

base::Result<std::unique_ptr<ReleaseWriter>> ReleaseWriter::create(
    const std::filesystem::path& folder, const std::string& alias, const ReleaseSchema& schema) {
  if (!is_alias(alias)) {
    return base::field_error(
        base::ErrorCode::invalid, "alias",
        "'" + alias + "' is not 1 to " + std::to_string(alias_bytes_max) + " of a-z, 0-9, - and _");
  }
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) {
    return base::Error{base::ErrorCode::io,
                       "cannot make the folder " + folder.string() + ": " + failed.message(),
                       {}};
  }
  remove_leftovers(folder);
  std::unique_ptr<ReleaseWriter> writer(new ReleaseWriter);
  writer->file_ = folder / (alias + ".sqlite3");
  writer->indexes_sql_ = statements_of(schema.indexes_sql);
  writer->has_distinct_keys_ = schema.has_distinct_keys;
  const auto replaceable = check_logs_of(writer->file_);
  if (!replaceable) return replaceable.error();
  const auto locked = writer->lock_temporary_file();
  if (!locked) return locked.error();
  const auto made = writer->make_tables(schema);
  if (!made) return made.error();
  return writer;
}

base::Result<void> ReleaseWriter::lock_temporary_file() {
  const std::filesystem::path path =
      file_.parent_path() / (file_.stem().string() + std::string(temporary_suffix));
  auto locked = LockedFile::make(path);
  if (!locked && locked.error().code == base::ErrorCode::io) return locked.error();
  if (!locked) {
    return base::Error{base::ErrorCode::conflict,
                       "another import of " + file_.stem().string() + " is under way",
                       {}};
  }
  temporary_.locked = std::move(*locked);
  temporary_.path = path;
  if (::ftruncate(temporary_.locked->file().get(), 0) != 0) {
    return base::system_error("cannot empty", path);
  }
  return {};
}

base::Result<void> ReleaseWriter::make_tables(const ReleaseSchema& schema) {
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(temporary_.path.c_str(), &database,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  database_.reset(database);
  if (code != SQLITE_OK) return database_error("cannot open");
  const auto prepared =
      run("PRAGMA page_size = " + std::to_string(page_bytes) +
          "; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
          "PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = FILE; PRAGMA threads = 2;" +
          cache_size_sql(page_cache_kib) +
          "BEGIN;"
          "CREATE TABLE \"django_migrations\" (\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "
          "\"app\" varchar(255) NOT NULL, \"name\" varchar(255) NOT NULL, "
          "\"applied\" datetime NOT NULL);");
  if (!prepared) return prepared;
  if (auto made = make_table(schema.tables_sql); !made) return made;
  auto migrations = table("django_migrations", "app, name, applied");
  if (!migrations) return migrations.error();
  for (const std::string_view migration : schema.migrations) {
    migrations->text(1, schema.application);
    migrations->text(2, migration);
    migrations->text(3, migrations_applied);
    const auto inserted = migrations->insert();
    if (!inserted) return inserted;
  }
  return {};
}

base::Result<void> ReleaseWriter::make_table(std::string_view sql) {
  if (!has_distinct_keys_) return run(std::string(sql));
  const auto without_keys = sorted_keys_.without_keys(sql);
  if (!without_keys) return without_keys.error();
  return run(*without_keys);
}

base::Result<RowInserter> ReleaseWriter::table(std::string_view name, std::string_view columns) {
  std::string places = "?";
  for (auto commas = std::count(columns.begin(), columns.end(), ','); commas > 0; --commas) {
    places += ", ?";
  }
  const std::string sql = "INSERT INTO \"" + std::string(name) + "\" (" + std::string(columns) +
                          ") VALUES (" + places + ")";
  RowInserter inserter;
  inserter.table_ = file_.filename().string() + ", table " + std::string(name);
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  inserter.statement_.reset(statement);
  if (code != SQLITE_OK) return database_error("cannot write to a table of");
  return inserter;
}

base::Result<void> ReleaseWriter::finish_table(std::string_view name) {
  const std::string on_table = " ON \"" + std::string(name) + "\"";
  std::string sql;
  std::erase_if(indexes_sql_, [&](const std::string& statement) {
    const bool is_its = statement.find(on_table) != std::string::npos;
    if (is_its) sql += statement;
    return is_its;
  });
  sql += sorted_keys_.take_key_sql(name);
  return run(cache_size_sql(sorting_kib) + sql + cache_size_sql(page_cache_kib));
}

base::Result<void> ReleaseWriter::seal() {
  std::string sql = cache_size_sql(sorting_kib);
  for (const std::string& statement : indexes_sql_) sql += statement;
  const auto committed = run(sql + sorted_keys_.take_keys_sql() + "COMMIT;");
  if (!committed) return committed.error();
  database_.reset();
  sealed_ = std::async(std::launch::async, sync_and_identify, temporary_.path);
  return {};
}

// The index comes first: it is only a cache, so an index without its release does no harm, while a
// published release must not turn out to be a failed import.
base::Result<IndexedFile> ReleaseWriter::publish(std::string_view index) {
  CODELOG_CHECK(sealed_.valid(), "a release was published before it was sealed, or twice");
  if (const auto removed = remove_logs_of(file_); !removed) return removed.error();
  const std::filesystem::path index_path = std::filesystem::path(file_).replace_extension("index");
  auto sealed = write_index(index_path, index);
  if (!sealed) {
    ::unlink(new_index_of(index_path).c_str());
    return sealed;
  }
  auto placed = put_in_place();
  const bool is_renamed = temporary_.path.empty();
  if (!placed && !is_renamed) ::unlink(index_path.c_str());
  if (!placed) return placed.error();
  return sealed;
}

// Does not use write_index_file: the cleaning-up code knows this name, and the lock keeps others
// away.
base::Result<IndexedFile> ReleaseWriter::write_index(const std::filesystem::path& path,
                                                     std::string_view index) {
  std::optional<IndexedFile> sealed;
  const auto make_start = [&]() -> base::Result<std::string> {
    const auto identified = sealed_.get();
    if (!identified) return identified.error();
    sealed = *identified;
    return with_built_from(std::string(index.substr(0, index_header_bytes)), *sealed);
  };
  if (auto written = base::write_file_durably(path, index, make_start); !written) {
    return written.error();
  }
  return *sealed;
}

base::Result<IndexedFile> ReleaseWriter::publish_without_index() {
  CODELOG_CHECK(sealed_.valid(), "a mapping was published before it was sealed, or twice");
  if (const auto removed = remove_logs_of(file_); !removed) return removed.error();
  auto sealed = sealed_.get();
  if (!sealed) return sealed;
  if (auto placed = put_in_place(); !placed) return placed.error();
  return sealed;
}

base::Result<void> ReleaseWriter::put_in_place() {
  if (::rename(temporary_.path.c_str(), file_.c_str()) != 0) {
    return base::system_error("cannot rename to", file_);
  }
  temporary_.path.clear();
  return base::sync_folder(file_.parent_path());
}

base::Result<void> ReleaseWriter::run(const std::string& sql) {
  const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return database_error("cannot write");
  return {};
}

base::Error ReleaseWriter::database_error(std::string_view what) const {
  return {
      base::ErrorCode::io,
      std::string(what) + " " + temporary_.path.string() + ": " + sqlite3_errmsg(database_.get()),
      {}};
}

}  // namespace codelog::coding_systems
