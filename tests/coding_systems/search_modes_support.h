// A release in memory with an index, made from texts and codes only, to search in every mode.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/index/indexed_release.h"

namespace codelog::tests {

// Kind 1: active, type "Plain". Kind 2: inactive, type "Retired". Kind 3: active, types "Hidden"
// and "Plain", found by no term.
class TextRelease final : public coding_systems::IndexedRelease {
 public:
  explicit TextRelease(coding_systems::ReleaseIndex index)
      : IndexedRelease(*coding_systems::find_coding_system("snomedct"), "snomedct_texts",
                       std::move(index)) {}

  using IndexedRelease::index;
  bool is_active(coding_systems::Node node) const override { return index().kind(node) != 2; }
  bool is_found_by_term(coding_systems::Node node) const override {
    return index().kind(node) != 3;
  }
  std::vector<std::string> type_titles(coding_systems::Node node) const override;
  std::vector<std::string> search_by_code(std::string_view code) const override;
};

std::unique_ptr<const TextRelease> release_of(const coding_systems::IndexSource& source);

// The codes found, sorted; the query must be valid.
std::set<std::string> codes_found(const coding_systems::Release& release,
                                  const coding_systems::SearchQuery& query);
// The codes of a page, in order.
std::vector<std::string> codes_ranked(const coding_systems::Release& release,
                                      const coding_systems::SearchQuery& query,
                                      coding_systems::SearchPage page = {});

}  // namespace codelog::tests
