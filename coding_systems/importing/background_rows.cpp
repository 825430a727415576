#include "coding_systems/importing/background_rows.h"

#include <span>
#include <utility>

#include "events/base/check.h"

namespace codelog::coding_systems {
namespace {

// Some hundred rows: the threads rarely wait for each other, and one thread's rows are still in the
// caches when the other reads them.
constexpr std::size_t batch_cells_min = 8 * 1024;
constexpr std::size_t batch_text_bytes_min = 256 * 1024;
constexpr std::size_t batches_waiting_max = 4;

}  // namespace

void BackgroundRows::Table::text(int column, std::string_view value) {
  Batch& batch = rows_->batch_;
  batch.cells.push_back({CellKind::text, column, static_cast<std::uint32_t>(value.size()),
                         static_cast<std::int64_t>(batch.texts.size())});
  batch.texts += value;
}

void BackgroundRows::Table::integer(int column, std::int64_t value) {
  rows_->batch_.cells.push_back({CellKind::integer, column, 0, value});
}

void BackgroundRows::Table::null(int column) {
  rows_->batch_.cells.push_back({CellKind::null, column, 0, 0});
}

base::Result<void> BackgroundRows::Table::insert() {
  Batch& batch = rows_->batch_;
  batch.cells.push_back({CellKind::row_end, 0, 0, static_cast<std::int64_t>(number_)});
  if (rows_->has_failed_) return rows_->result();
  if (batch.cells.size() >= batch_cells_min || batch.texts.size() >= batch_text_bytes_min) {
    rows_->hand_over();
  }
  return {};
}

BackgroundRows::BackgroundRows(ReleaseWriter& writer)
    : writer_(writer), thread_([this] { insert_all(); }) {}

BackgroundRows::~BackgroundRows() {
  {
    const base::Lock lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

base::Result<BackgroundRows::Table> BackgroundRows::table(std::string_view name,
                                                          std::string_view columns) {
  CODELOG_CHECK(batch_.cells.empty() || batch_.cells.back().kind == CellKind::row_end,
                "a table is opened between two rows");
  if (auto inserted = finish(); !inserted) return inserted.error();
  auto inserter = writer_.table(name, columns);
  if (!inserter) return inserter.error();
  inserters_.push_back(std::move(*inserter));
  return Table(*this, inserters_.size() - 1);
}

base::Result<void> BackgroundRows::finish() {
  hand_over();
  wait_until_idle();
  return result();
}

void BackgroundRows::hand_over() {
  if (batch_.cells.empty()) return;
  {
    base::Lock lock(mutex_);
    while (full_.size() >= batches_waiting_max) changed_.wait(lock);
    full_.push_back(std::exchange(batch_, {}));
    if (!free_.empty()) {
      batch_ = std::move(free_.back());
      free_.pop_back();
    }
  }
  changed_.notify_all();
}

void BackgroundRows::wait_until_idle() {
  base::Lock lock(mutex_);
  while (!full_.empty() || is_inserting_) changed_.wait(lock);
}

base::Result<void> BackgroundRows::result() {
  const base::Lock lock(mutex_);
  if (error_) return *error_;
  return {};
}

void BackgroundRows::insert_all() {
  for (;;) {
    Batch batch;
    {
      base::Lock lock(mutex_);
      while (full_.empty() && !is_ending_) changed_.wait(lock);
      if (is_ending_) return;
      batch = std::move(full_.front());
      full_.pop_front();
      is_inserting_ = true;
    }
    changed_.notify_all();
    // After an error the remaining rows are dropped, so that no thread waits for ever.
    const auto inserted = has_failed_ ? base::Result<void>() : insert_batch(batch);
    batch.cells.clear();
    batch.texts.clear();
    {
      const base::Lock lock(mutex_);
      if (!inserted) {
        error_ = inserted.error();
        has_failed_ = true;
      }
      free_.push_back(std::move(batch));
      is_inserting_ = false;
    }
    changed_.notify_all();
  }
}

base::Result<void> BackgroundRows::insert_batch(const Batch& batch) {
  std::size_t row_first = 0;
  for (std::size_t i = 0; i < batch.cells.size(); ++i) {
    if (batch.cells[i].kind != CellKind::row_end) continue;
    RowInserter& inserter = inserters_[static_cast<std::size_t>(batch.cells[i].value)];
    for (const Cell& cell : std::span(batch.cells).subspan(row_first, i - row_first)) {
      if (cell.kind == CellKind::text) {
        inserter.text(cell.column,
                      std::string_view(batch.texts)
                          .substr(static_cast<std::size_t>(cell.value), cell.text_bytes));
      } else if (cell.kind == CellKind::integer) {
        inserter.integer(cell.column, cell.value);
      } else {
        inserter.null(cell.column);
      }
    }
    if (auto inserted = inserter.insert(); !inserted) return inserted;
    row_first = i + 1;
  }
  return {};
}

}  // namespace codelog::coding_systems
