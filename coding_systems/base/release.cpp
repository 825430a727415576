#include "coding_systems/base/release.h"

namespace codelog::coding_systems {

const TypeTable& Release::types() const {
  std::call_once(types_once_, [this] { types_ = std::make_unique<const TypeTable>(*this); });
  return *types_;
}

}  // namespace codelog::coding_systems
