#include "coding_systems/base/release.h"

namespace codelog::coding_systems {

std::vector<std::optional<Node>> Release::find_all(std::span<const std::string_view> codes) const {
  std::vector<std::optional<Node>> nodes;
  nodes.reserve(codes.size());
  for (const std::string_view code : codes) nodes.push_back(find(code));
  return nodes;
}

const TypeTable& Release::types() const {
  std::call_once(types_once_, [this] { types_ = std::make_unique<const TypeTable>(*this); });
  return *types_;
}

}  // namespace codelog::coding_systems
