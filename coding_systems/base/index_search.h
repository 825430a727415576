// The search of a release that has an index: every mode of search_query.h, filtered and ranked.
// Looks at nothing but the index and what the release says of its nodes. Any thread.
#pragma once

#include <span>
#include <vector>

#include "coding_systems/base/release.h"
#include "coding_systems/base/release_index.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

class IndexSearch {
 public:
  // Both must outlive it.
  IndexSearch(const Release& release, const ReleaseIndex& index)
      : release_(release), index_(index) {}

  // See Release::search and search_page.
  base::Result<std::vector<Node>> find(const SearchQuery& query) const;
  base::Result<SearchHits> find_page(const SearchQuery& query, SearchPage page) const;

 private:
  class Filter;
  class Ranking;

  // In the order of nodes where sought by term, of codes where by code.
  base::Result<std::vector<Node>> nodes_by_code(const SearchQuery& query) const;
  // The texts that match; increasing. Of every mode by term but contains.
  base::Result<std::vector<TextNumber>> texts_by_words(const SearchQuery& query) const;
  base::Result<std::vector<TextNumber>> texts_by_regex(const SearchQuery& query) const;
  // The searched texts of these nodes (increasing) that match.
  template <class Matches>
  std::vector<TextNumber> texts_of(std::span<const Node> nodes, Matches matches) const;
  base::Result<std::vector<TextNumber>> matching_texts(const SearchQuery& query) const;
  base::Result<SearchHits> page_of_codes(const SearchQuery& query, const Filter& filter,
                                         SearchPage page) const;

  const Release& release_;
  const ReleaseIndex& index_;
};

}  // namespace codelog::coding_systems
