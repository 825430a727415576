#include "events/rocksdb/idle_tables.h"

#include <rocksdb/options.h>

namespace codelog::events {

bool IdleTables::look(rocksdb::DB& db, const std::vector<rocksdb::ColumnFamilyHandle*>& families,
                      std::chrono::steady_clock::time_point now) {
  const rocksdb::SequenceNumber sequence_number = db.GetLatestSequenceNumber();
  if (!last_write_ || last_write_->sequence_number != sequence_number) {
    last_write_ = LastWrite{sequence_number, now};
    return false;
  }
  if (now - last_write_->seen < idle_min) return false;
  std::uint64_t bytes = 0;
  if (!db.GetAggregatedIntProperty(rocksdb::DB::Properties::kCurSizeActiveMemTable, &bytes) ||
      bytes < bytes_min) {
    return false;
  }
  rocksdb::FlushOptions options;
  options.wait = false;
  return db.Flush(options, families).ok();
}

}  // namespace codelog::events
