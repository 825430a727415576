// Inserts rows into a release on another thread, while the importer reads the next ones.
//
// For importers that insert as they read, and only for tables whose keys the importer has checked:
// SQLite's error about a row arrives too late to name the line where the row was read.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "coding_systems/importing/release_writer.h"
#include "events/base/mutex.h"

namespace codelog::coding_systems {

// Belongs to one thread, as do all its tables; must be destroyed before the release is sealed.
// Holds at most a few megabytes of rows: insert() waits when the other thread is that far behind.
// Destroying it before finish() drops the rows not yet inserted.
class BackgroundRows {
 public:
  // As RowInserter, but copies texts, and needs a value for every column of every row.
  class Table {
   public:
    void text(int column, std::string_view value);
    void integer(int column, std::int64_t value);
    void null(int column);
    // Errors: io, for any earlier row of any table.
    base::Result<void> insert();

   private:
    friend class BackgroundRows;
    Table(BackgroundRows& rows, std::size_t number) : rows_(&rows), number_(number) {}
    BackgroundRows* rows_;
    std::size_t number_;
  };

  explicit BackgroundRows(ReleaseWriter& writer);
  ~BackgroundRows();
  BackgroundRows(const BackgroundRows&) = delete;
  BackgroundRows& operator=(const BackgroundRows&) = delete;

  // As ReleaseWriter::table, which must not be called meanwhile. Waits for all earlier rows.
  base::Result<Table> table(std::string_view name, std::string_view columns);
  // Waits until every row is inserted. Errors: io.
  base::Result<void> finish();

 private:
  enum class CellKind : std::uint8_t { null, integer, text, row_end };
  struct Cell {
    CellKind kind = CellKind::null;
    std::int32_t column = 0;
    std::uint32_t text_bytes = 0;
    std::int64_t value = 0;  // start of a text in the batch, or the table of a finished row
  };
  struct Batch {
    std::vector<Cell> cells;
    std::string texts;
  };

  void insert_all();
  base::Result<void> insert_batch(const Batch& batch);
  void hand_over();
  void wait_until_idle();
  base::Result<void> result();

  ReleaseWriter& writer_;
  // Changed only while the thread is idle. The cells of a row come before the mark that names its
  // table, so they are bound when the thread reads that mark.
  std::deque<RowInserter> inserters_;
  Batch batch_;  // the batch being filled

  base::Mutex mutex_;
  base::Condition changed_;
  std::deque<Batch> full_ GUARDED_BY(mutex_);
  std::vector<Batch> free_ GUARDED_BY(mutex_);
  bool is_inserting_ GUARDED_BY(mutex_) = false;
  bool is_ending_ GUARDED_BY(mutex_) = false;
  std::optional<base::Error> error_ GUARDED_BY(mutex_);
  std::atomic<bool> has_failed_ = false;
  std::thread thread_;  // last, because the thread uses all members above
};

}  // namespace codelog::coding_systems
