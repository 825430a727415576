// A Store in a RocksDB folder of its own: DATA/projections. Disposable: whatever is wrong with it,
// deleting the folder and replaying the log makes it again. Thread-safe.
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
  // `environment` is for tests of failing disks. Errors: corrupt (what is in the folder is of no
  // use, whatever is done); unavailable when another process has the folder open; io.
  static base::Result<std::unique_ptr<RocksStore>> open(const std::filesystem::path& folder,
                                                        rocksdb::Env* environment = nullptr);

  // Called with the cause, on the thread of a reader, before that throws DamagedViews. Set once,
  // before the first reader is made.
  using OnDamage = std::function<void(const std::string& cause)>;
  virtual void set_on_damage(OnDamage on_damage) = 0;

  // Lets writes go on after one has failed for want of space. Errors: io (there is none yet).
  virtual base::Result<void> resume() = 0;
};

}  // namespace codelog::projections
