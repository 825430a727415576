// A Store in a RocksDB folder of its own: DATA/projections. Disposable: after any fault, deleting
// the folder and replaying the log makes it again. Thread-safe.
#pragma once

#include <filesystem>
#include <functional>

#include "projections/store.h"

namespace rocksdb {
class Env;
}

namespace codelog::projections {

class RocksStore : public Store {
 public:
  // `environment` is for tests of failing disks. Errors: corrupt (the folder's content cannot be
  // used at all); unavailable (another process has the folder open); io.
  static base::Result<std::unique_ptr<RocksStore>> open(const std::filesystem::path& folder,
                                                        rocksdb::Env* environment = nullptr);

  // Called with the cause, on the thread of the reader that is about to throw DamagedViews. Set
  // once, before the first reader is made.
  using OnDamage = std::function<void(const std::string& cause)>;
  virtual void set_on_damage(OnDamage on_damage) = 0;

  // Allows writes again after one has failed for lack of space. Errors: io (there is still no
  // space).
  virtual base::Result<void> resume() = 0;

  // See events::IdleTables; from one thread at a time.
  virtual void write_idle_tables() = 0;
};

}  // namespace codelog::projections
