#include "tests/coding_systems/search_modes_support.h"

#include <catch2/catch.hpp>

#include "coding_systems/index/release_index.h"

namespace codelog::tests {

using coding_systems::Node;

std::vector<std::string> TextRelease::type_titles(Node node) const {
  switch (index().kind(node)) {
    case 2:
      return {"Retired"};
    case 3:
      return {"Hidden", "Plain"};
    default:
      return {"Plain"};
  }
}

std::vector<std::string> TextRelease::search_by_code(std::string_view code) const {
  return find(code) ? std::vector{std::string(code)} : std::vector<std::string>();
}

std::unique_ptr<const TextRelease> release_of(const coding_systems::IndexSource& source) {
  auto bytes = coding_systems::build_release_index("snomedct", source, {});
  REQUIRE(bytes);
  auto file = coding_systems::IndexFile::own(std::move(*bytes), "snomedct");
  REQUIRE(file);
  auto index = coding_systems::ReleaseIndex::from(std::move(*file));
  REQUIRE(index);
  return std::make_unique<const TextRelease>(std::move(*index));
}

std::set<std::string> codes_found(const coding_systems::Release& release,
                                  const coding_systems::SearchQuery& query) {
  const auto nodes = release.search(query);
  if (!nodes) FAIL(query.text << ": " << nodes.error().detail);
  std::set<std::string> codes;
  for (std::size_t i = 0; i < nodes->size(); ++i) {
    if (i > 0 && (*nodes)[i - 1] >= (*nodes)[i]) FAIL("the nodes are not increasing");
    codes.emplace(release.code((*nodes)[i]));
  }
  return codes;
}

std::vector<std::string> codes_ranked(const coding_systems::Release& release,
                                      const coding_systems::SearchQuery& query,
                                      coding_systems::SearchPage page) {
  const auto found = release.search_page(query, page);
  if (!found) FAIL(query.text << ": " << found.error().detail);
  std::vector<std::string> codes;
  for (const auto& hit : found->hits) codes.emplace_back(release.code(hit.node));
  return codes;
}

}  // namespace codelog::tests
