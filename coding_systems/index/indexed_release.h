// A Release that answers from its index; each coding system adds its own rules.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coding_systems/base/release.h"
#include "coding_systems/index/index_search.h"
#include "coding_systems/index/release_files.h"
#include "coding_systems/index/release_index.h"

namespace codelog::coding_systems {

class IndexedRelease : public Release {
 public:
  const CodingSystemInfo& system() const final { return system_; }
  const std::string& alias() const final { return alias_; }
  const base::Sha256& file_digest() const final { return index_.file().built_from().digest; }
  const Hierarchy& hierarchy() const final { return index_.hierarchy(); }
  std::optional<Node> find(std::string_view code) const final { return index_.find(code); }
  std::vector<std::optional<Node>> find_all(std::span<const std::string_view> codes) const final {
    return index_.find_all(codes);
  }
  std::string_view code(Node node) const final { return index_.code(node); }
  bool has_concept(Node node) const final { return index_.kind(node) != kind_without_concept; }
  std::optional<std::string_view> name(Node node) const final { return index_.name(node); }
  std::string_view term(Node node) const override { return name(node).value_or("Unknown"); }
  // False for a code without a concept row, which other codes only refer to.
  bool is_active(Node node) const override { return has_concept(node); }
  std::vector<std::string_view> synonyms(Node node) const final { return index_.synonyms(node); }
  std::vector<Node> search_by_term(std::string_view text) const override {
    auto found = index_.terms().find_containing(text);
    std::erase_if(found, [this](Node node) { return !is_found_by_term(node); });
    return found;
  }
  base::Result<std::vector<Node>> search(const SearchQuery& query) const final {
    return IndexSearch(*this, index_).find(query);
  }
  base::Result<SearchHits> search_page(const SearchQuery& query, SearchPage page) const final {
    return IndexSearch(*this, index_).find_page(query, page);
  }
  std::span<const Link> links(Node node) const final { return index_.links(node); }
  bool is_whole() const final { return index_.file().is_whole(); }
  std::uint64_t index_bytes() const final { return index_.file().bytes().size(); }

 protected:
  // `system` is one of all_coding_systems().
  IndexedRelease(const CodingSystemInfo& system, std::string alias, ReleaseIndex index)
      : system_(system), alias_(std::move(alias)), index_(std::move(index)) {}

  const ReleaseIndex& index() const { return index_; }

 private:
  const CodingSystemInfo& system_;
  std::string alias_;
  ReleaseIndex index_;
};

// Opens a release of type T, constructed from its alias, its index and the other arguments. Errors:
// as open_release_index.
template <class T, class... Rest>
base::Result<std::shared_ptr<const Release>> open_indexed_release(
    const ReleaseFiles& files, std::string_view system_id, std::string alias,
    const ReadIndexSource& read_source, const Rest&... rest) {
  auto opened = open_release_index(files, system_id, read_source);
  if (!opened) return opened.error();
  return std::shared_ptr<const Release>(
      std::make_shared<const T>(std::move(alias), std::move(opened->index), rest...));
}

}  // namespace codelog::coding_systems
