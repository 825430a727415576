// Writes a release or mapping file: a SQLite database in the schema that OpenCodelists uses, whole
// or not at all.
//
// - create(): makes a temporary file <alias>.sqlite3.importing beside the target, locked, and
//   removes those of killed processes.
//
// - table(): takes rows, in their final order; nothing else may write meanwhile.
//
// - finish_table(), where other work continues meanwhile: makes a table's secondary indexes, and
//   its key if that was postponed.
//
// - seal(): makes the indexes and keys of all other tables, commits, closes. From then on, threads
//   of the writer sync the file to disk and compute its digest.
//
// - publish(): meanwhile writes the release index, then renames over the target; from then on the
//   release exists.
//
// Sorting the indexes takes room in SQLite's temporary folder (SQLITE_TMPDIR, TMPDIR, /var/tmp or
// /tmp), up to a tenth of the release file.
//
// A writer destroyed before publish() removes its temporary file. Rows are written without a
// journal, which is safe because nobody reads an unpublished file. The same rows always give the
// same bytes. Not safe from several threads at once. All errors: io (disk full, permission),
// conflict (another import of the same release is running; or the file to replace has changes in a
// -wal or -journal file beside it), invalid (alias).
#pragma once

#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/importing/sorted_keys.h"
#include "coding_systems/index/index_file.h"
#include "coding_systems/index/locked_file.h"
#include "events/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace codelog::coding_systems {

// The tables and indexes that OpenCodelists' migrations make for one system.
struct ReleaseSchema {
  std::string_view application;                  // Django's name for the system: "snomedct"
  std::span<const std::string_view> migrations;  // recorded as applied
  std::string_view tables_sql;
  // CREATE INDEX "…" ON "table" …; one statement after another. Run after the rows are in, which is
  // faster.
  std::string_view indexes_sql;
  // True if the importer ensures that no two rows of a table have the same key. The keys are then
  // also made after the rows are in.
  bool has_distinct_keys = false;
};

// Inserts rows into one table. Columns count from 1 in the order given to table(). insert() reads
// the texts, so they must live until then. Values stay bound from one row to the next.
class RowInserter {
 public:
  void text(int column, std::string_view value);
  void integer(int column, std::int64_t value);
  void null(int column);
  // Errors: conflict (the table already has the key; not noticed here where the schema's keys are
  // distinct), io.
  base::Result<void> insert();

 private:
  friend class ReleaseWriter;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::string table_;
};

class ReleaseWriter {
 public:
  static base::Result<std::unique_ptr<ReleaseWriter>> create(const std::filesystem::path& folder,
                                                             const std::string& alias,
                                                             const ReleaseSchema& schema);
  ~ReleaseWriter();
  ReleaseWriter(const ReleaseWriter&) = delete;
  ReleaseWriter& operator=(const ReleaseWriter&) = delete;

  // Adds a table to the schema's, for rows that only some releases have.
  base::Result<void> make_table(std::string_view sql);
  // `columns` are separated by commas. Inserters must be destroyed before finish_table() and
  // seal().
  base::Result<RowInserter> table(std::string_view name, std::string_view columns);
  // Call when all rows of the table are in. After an error the writer can only be destroyed.
  base::Result<void> finish_table(std::string_view name);
  base::Result<void> seal();
  // `index` is the bytes of the index file, to which publish() adds the digest of the release file.
  // Returns the sealed file.
  base::Result<IndexedFile> publish(std::string_view index);
  // For a file without an index: a mapping.
  base::Result<IndexedFile> publish_without_index();

  const std::filesystem::path& file() const { return file_; }

 private:
  struct CloseDatabase {
    void operator()(sqlite3* database) const;
  };
  struct RemoveLockedFile {  // removes the temporary file while it is still locked
    std::filesystem::path path;
    std::optional<LockedFile> locked;
    RemoveLockedFile() = default;
    RemoveLockedFile(const RemoveLockedFile&) = delete;
    RemoveLockedFile& operator=(const RemoveLockedFile&) = delete;
    ~RemoveLockedFile();
  };

  ReleaseWriter() = default;
  base::Result<void> lock_temporary_file();
  base::Result<void> make_tables(const ReleaseSchema& schema);
  base::Result<IndexedFile> write_index(const std::filesystem::path& path, std::string_view index);
  base::Result<void> put_in_place();
  base::Result<void> run(const std::string& sql);
  base::Error database_error(std::string_view what) const;

  std::filesystem::path file_;
  RemoveLockedFile
      temporary_;  // outlives the database: closing any descriptor drops SQLite's own locks
  std::unique_ptr<sqlite3, CloseDatabase> database_;
  SortedKeys sorted_keys_;
  bool has_distinct_keys_ = false;
  std::vector<std::string> indexes_sql_;  // statements still to run
  std::future<base::Result<IndexedFile>> sealed_;
};

}  // namespace codelog::coding_systems
