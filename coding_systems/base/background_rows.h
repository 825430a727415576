// Inserts rows into a release on another thread, while the importer reads the next ones.
//
// For importers that insert as they read. Only for tables whose keys the importer has made sure of:
// what SQLite says about a row is heard later, when nobody knows any more where the row was read.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "coding_systems/base/release_writer.h"
#include "events/base/mutex.h"

namespace codelog::coding_systems {

// Belongs to one thread, as all its tables do; must be gone before the release is sealed. Holds at
// most a few megabytes of rows: insert() waits when the other thread is that far behind. Destroyed
// before finish(), it drops the rows that are not inserted yet.
class BackgroundRows {
 public:
  // As RowInserter; but texts are copied, and every row is given all its columns.
  class Table {
   public:
    void text(int column, std::string_view value);
    void integer(int column, std::int64_t value);
    void null(int column);
    // Errors: io, of any row of any table so far.
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

  // As ReleaseWriter::table, which is not to be called beside this. Waits for all rows so far.
  base::Result<Table> table(std::string_view name, std::string_view columns);
  // Waits until every row is inserted. Errors: io.
  base::Result<void> finish();

 private:
  enum class CellKind : std::uint8_t { null, integer, text, row_end };
  struct Cell {
    CellKind kind = CellKind::null;
    std::int32_t column = 0;
    std::uint32_t text_bytes = 0;
    std::int64_t value = 0;  // of a text where it starts in the batch, of a row's end its table
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
  // Only changed while the thread is idle. A row's cells come before its end says which table it is
  // for, so they are bound when that is read.
  std::deque<RowInserter> inserters_;
  Batch batch_;  // being filled

  base::Mutex mutex_;
  base::Condition changed_;
  std::deque<Batch> full_ GUARDED_BY(mutex_);
  std::vector<Batch> free_ GUARDED_BY(mutex_);
  bool is_inserting_ GUARDED_BY(mutex_) = false;
  bool is_ending_ GUARDED_BY(mutex_) = false;
  std::optional<base::Error> error_ GUARDED_BY(mutex_);
  std::atomic<bool> has_failed_ = false;
  std::thread thread_;  // last: it uses all the others
};

}  // namespace codelog::coding_systems
