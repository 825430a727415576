// Gives back the memory of a RocksDB whose writers rest.
//
// RocksDB keeps new data in memory until there is enough of it for a table. After a burst of
// writes, tens of megabytes would stay there for as long as nobody writes again, and the next open
// would have to replay them.
#pragma once

#include <rocksdb/db.h>

#include <chrono>
#include <optional>
#include <vector>

namespace codelog::events {

class IdleTables {
 public:
  static constexpr std::chrono::seconds idle_min{5};
  // Less is left in memory, so that single writes do not become many small tables.
  static constexpr std::uint64_t bytes_min = 8u << 20;

  // Starts to write the tables of all families in the background if nothing was written for
  // idle_min, and at least bytes_min are in memory. Call it every few seconds, from one thread at a
  // time. Returns whether it started. A failure is a background error, which the next write
  // reports.
  bool look(rocksdb::DB& db, const std::vector<rocksdb::ColumnFamilyHandle*>& families,
            std::chrono::steady_clock::time_point now);

 private:
  struct LastWrite {
    rocksdb::SequenceNumber sequence_number;
    std::chrono::steady_clock::time_point seen;
  };
  std::optional<LastWrite> last_write_;
};

}  // namespace codelog::events
