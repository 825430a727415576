// A Store in a RocksDB folder of its own: DATA/projections. Disposable: whatever is wrong with it,
// deleting the folder and replaying the log makes it again. Thread-safe.
#pragma once

#include <filesystem>

#include "projections/store.h"

namespace codelog::projections {

class RocksStore : public Store {
 public:
  // Errors: io; corrupt; unavailable when another process has the folder open.
  static base::Result<std::unique_ptr<RocksStore>> open(const std::filesystem::path& folder);
};

}  // namespace codelog::projections
