#include "coding_systems/algebra/search_expansion.h"

#include <algorithm>
#include <utility>

namespace codelog::coding_systems {

SearchExpansion::SearchExpansion(CodeUniverse universe, std::span<const Node> matches)
    : universe_(std::move(universe)), matching_(universe_.size(), matches) {
  const auto tops = ultimate_ancestors(universe_.hierarchy(), matching_);
  tops_ = NodeSet(universe_.size(), tops);
  all_ = descendants_or_self(universe_.hierarchy(), tops);
}

SearchExpansion SearchExpansion::of_matches(const CodeUniverse& universe,
                                            std::span<const std::string> matches) {
  const std::vector<std::string_view> views(matches.begin(), matches.end());
  auto [extended, nodes] = universe.extended_by(views);
  return {std::move(extended), nodes};
}

SearchExpansion SearchExpansion::of_nodes(const CodeUniverse& universe,
                                          std::span<const Node> matches) {
  std::vector<std::string_view> codes;
  codes.reserve(matches.size());
  for (const Node node : matches) codes.push_back(universe.release().code(node));
  auto [extended, nodes] = universe.extended_by(codes);
  return {std::move(extended), nodes};
}

std::vector<std::string> SearchExpansion::sorted_codes(const NodeSet& nodes) const {
  std::vector<std::string_view> views;
  views.reserve(nodes.count());
  nodes.for_each([&](Node node) { views.push_back(universe_.code(node)); });
  std::ranges::sort(views);
  return {views.begin(), views.end()};
}

}  // namespace codelog::coding_systems
