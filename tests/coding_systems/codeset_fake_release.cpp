#include "tests/coding_systems/codeset_fake_release.h"

#include "events/base/check.h"

namespace codelog::tests {

using coding_systems::Node;

FakeRelease::FakeRelease(const Edges& edges, const std::vector<std::string>& others,
                         const std::string& root) {
  std::set<std::string> codes(others.begin(), others.end());
  for (const auto& [parent, child] : edges) codes.insert({parent, child});
  std::unordered_map<std::string, Node> numbers;
  for (const auto& code : codes) numbers.emplace(code, static_cast<Node>(numbers.size()));
  std::vector<coding_systems::Edge> numbered;
  for (const auto& [parent, child] : edges) {
    numbered.push_back({numbers.at(parent), numbers.at(child)});
  }
  const auto root_number = numbers.find(root);
  auto ordered = coding_systems::order_hierarchy(
      codes.size(), numbered,
      root_number == numbers.end() ? std::nullopt : std::optional(root_number->second));
  CODELOG_CHECK(static_cast<bool>(ordered), "a fake release has no cycle");
  ordered_ = std::move(*ordered);
  hierarchy_ = ordered_.arrays.view();
  codes_.resize(codes.size());
  for (const auto& [code, number] : numbers) codes_[ordered_.new_number[number]] = code;
  for (Node node = 0; node < codes_.size(); ++node) {
    names_.push_back("name of " + codes_[node]);
    nodes_.emplace(codes_[node], node);
  }
}

std::optional<Node> FakeRelease::find(std::string_view code) const {
  const auto found = nodes_.find(code);
  if (found == nodes_.end()) return std::nullopt;
  return found->second;
}

std::vector<Node> FakeRelease::search_by_term(std::string_view text) const {
  std::vector<Node> found;
  for (Node node = 0; node < codes_.size(); ++node) {
    if (codes_[node].find(text) != std::string::npos) found.push_back(node);
  }
  return found;
}

base::Result<std::vector<Node>> FakeRelease::search(
    const coding_systems::SearchQuery& query) const {
  if (query.mode == coding_systems::SearchMode::contains) return search_by_term(query.text);
  return base::Error{base::ErrorCode::invalid, "a fake release knows no such search", {}};
}

base::Result<coding_systems::SearchHits> FakeRelease::search_page(
    const coding_systems::SearchQuery& query, coding_systems::SearchPage page) const {
  const auto nodes = search(query);
  if (!nodes) return nodes.error();
  coding_systems::SearchHits found{nodes->size(), {}};
  for (std::size_t i = page.offset; i < nodes->size() && found.hits.size() < page.limit; ++i) {
    found.hits.push_back({(*nodes)[i], names_[(*nodes)[i]], coding_systems::TextRole::name});
  }
  return found;
}

}  // namespace codelog::tests
