// A Store in memory, for tests and for the views of one codelist at a moment in the past. Not
// thread-safe. A reader sees later writes, but nothing writes while somebody reads.
#pragma once

#include <map>

#include "projections/store.h"

namespace codelog::projections {

class MemoryStore final : public Store {
 public:
  std::unique_ptr<StoreReader> reader() const override;
  base::Result<void> write(const Batch& batch, WriteMode mode) override;
  base::Result<void> sync() override { return {}; }

  using Entries = std::map<std::string, std::string, std::less<>>;

 private:
  Entries entries_;
};

}  // namespace codelog::projections
