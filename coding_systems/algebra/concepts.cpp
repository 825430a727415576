#include "coding_systems/algebra/concepts.h"

namespace codelog::coding_systems {

std::vector<std::optional<Node>> Concepts::find_all(std::span<const std::string_view> codes) const {
  std::vector<std::optional<Node>> nodes;
  nodes.reserve(codes.size());
  for (const std::string_view code : codes) nodes.push_back(find(code));
  return nodes;
}

}  // namespace codelog::coding_systems
