// A release in memory: edges between codes, and codes without edges. A code's name is "name of
// CODE". A search by term looks in the codes themselves; a search by code returns the code, known
// or not.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coding_systems/base/release.h"

namespace codelog::tests {

class FakeRelease : public coding_systems::Release {
 public:
  using Edges = std::vector<std::pair<std::string, std::string>>;  // parent, child

  // The root is a node only if it is in an edge or in `others`.
  FakeRelease(const Edges& edges, const std::vector<std::string>& others, const std::string& root);

  const coding_systems::CodingSystemInfo& system() const override { return system_; }
  const std::string& alias() const override { return alias_; }
  const base::Sha256& file_digest() const override { return digest_; }
  const coding_systems::Hierarchy& hierarchy() const override { return hierarchy_; }
  std::optional<coding_systems::Node> find(std::string_view code) const override;
  std::string_view code(coding_systems::Node node) const override { return codes_[node]; }
  bool has_concept(coding_systems::Node) const override { return true; }
  std::optional<std::string_view> name(coding_systems::Node node) const override {
    return names_[node];
  }
  std::string_view term(coding_systems::Node node) const override { return names_[node]; }
  std::vector<std::string_view> synonyms(coding_systems::Node) const override { return {}; }
  std::vector<std::string> type_titles(coding_systems::Node) const override { return {"Type"}; }
  std::vector<coding_systems::Node> search_by_term(std::string_view text) const override;
  std::vector<std::string> search_by_code(std::string_view code) const override {
    return {std::string(code)};
  }
  // Knows only the mode `contains`.
  base::Result<std::vector<coding_systems::Node>> search(
      const coding_systems::SearchQuery& query) const override;
  base::Result<coding_systems::SearchHits> search_page(
      const coding_systems::SearchQuery& query, coding_systems::SearchPage page) const override;
  std::uint64_t index_bytes() const override { return 0; }

 private:
  coding_systems::CodingSystemInfo system_{
      .id = "fake", .name = "Fake", .short_name = "Fake", .code_headers = {}, .term_headers = {}};
  std::string alias_ = "fake_20240101";
  base::Sha256 digest_{};
  coding_systems::OrderedHierarchy ordered_;
  coding_systems::Hierarchy hierarchy_;
  std::vector<std::string> codes_;  // by node
  std::vector<std::string> names_;
  std::unordered_map<std::string_view, coding_systems::Node> nodes_;
};

}  // namespace codelog::tests
