#include "coding_systems/base/search_expansion.h"

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

SearchExpansion SearchExpansion::by_term(const CodeUniverse& universe, std::string_view term) {
  return of_nodes(universe, universe.release().search_by_term(term));
}

SearchExpansion SearchExpansion::by_code(const CodeUniverse& universe, std::string_view code) {
  return of_matches(universe, universe.release().search_by_code(code));
}

base::Result<SearchExpansion> SearchExpansion::by_query(const CodeUniverse& universe,
                                                        const SearchQuery& query) {
  const auto found = universe.release().search(query);
  if (!found) return found.error();
  return of_nodes(universe, *found);
}

std::vector<std::string> SearchExpansion::sorted_codes(const NodeSet& nodes) const {
  std::vector<std::string_view> views;
  views.reserve(nodes.count());
  nodes.for_each([&](Node node) { views.push_back(universe_.code(node)); });
  std::ranges::sort(views);
  return {views.begin(), views.end()};
}

}  // namespace codelog::coding_systems
