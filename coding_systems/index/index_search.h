// Searches a release that has an index: every mode of search_query.h, filtered and ranked. Reads
// only the index and the release's facts about its nodes. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "coding_systems/base/release.h"
#include "coding_systems/index/release_index.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

// The working time of the calling thread, without the time that the processor gave to others.
std::chrono::nanoseconds thread_work_time();

// The limits of one regular expression.
struct RegexLimits {
  // Refused without trying: for a simple expression, 64 MB of texts (all of a large release).
  std::uint64_t steps_max = std::uint64_t{1} << 32;
  // Stopped during the search, because the time of a step also depends on the texts.
  std::chrono::nanoseconds work_max = std::chrono::seconds(1);
  std::function<std::chrono::nanoseconds()> work_time = thread_work_time;
  std::uint64_t steps_between_looks = std::uint64_t{1} << 20;  // between two readings of the clock
};

class IndexSearch {
 public:
  // Both must outlive the search.
  IndexSearch(const Release& release, const ReleaseIndex& index, RegexLimits limits = {})
      : release_(release), index_(index), limits_(std::move(limits)) {}

  // As Release::search and search_page.
  base::Result<std::vector<Node>> find(const SearchQuery& query) const;
  base::Result<SearchHits> find_page(const SearchQuery& query, SearchPage page) const;

 private:
  class Filter;
  class Ranking;
  class RegexWork;

  // In the order of nodes for modes by term, of codes for modes by code.
  base::Result<std::vector<Node>> nodes_by_code(const SearchQuery& query) const;
  std::vector<Node> nodes_by_start(const SearchQuery& query) const;  // increasing
  // The matching texts, increasing; for every mode by term except contains.
  std::vector<TextNumber> texts_by_start(const SearchQuery& query) const;
  std::vector<TextNumber> texts_by_words(const SearchQuery& query) const;
  enum class Wanted : std::uint8_t { all_texts, one_text_of_each_node };  // or more of it
  base::Result<std::vector<TextNumber>> texts_by_regex(RegexWork& work, Wanted wanted) const;
  base::Result<std::vector<TextNumber>> all_texts_by_regex(RegexWork& work, Wanted wanted) const;
  // Returns false if it takes too much work.
  bool add_matches(RegexWork& work, ReleaseIndex::Texts among, Wanted wanted,
                   std::vector<TextNumber>& texts) const;
  // The matching searched texts of these nodes (which must be increasing).
  std::vector<TextNumber> texts_that_contain(std::span<const Node> nodes,
                                             std::string_view term) const;
  // `regex` is the compiled text, in the mode regex.
  base::Result<std::vector<TextNumber>> matching_texts(const SearchQuery& query,
                                                       std::optional<RegexWork>& regex,
                                                       Wanted wanted) const;
  base::Result<std::optional<RegexWork>> compile(const SearchQuery& query) const;
  base::Result<SearchHits> page_of_codes(const SearchQuery& query, const Filter& filter,
                                         SearchPage page) const;

  const Release& release_;
  const ReleaseIndex& index_;
  RegexLimits limits_;
};

}  // namespace codelog::coding_systems
