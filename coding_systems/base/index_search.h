// The search of a release that has an index: every mode of search_query.h, filtered and ranked.
// Looks at nothing but the index and what the release says of its nodes. Any thread.
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
#include "coding_systems/base/release_index.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

// How long the calling thread has worked, whoever else the processor worked for in the meantime.
std::chrono::nanoseconds thread_work_time();

// What one regular expression may cost.
struct RegexLimits {
  // Refused without trying: 64 MB of texts (all of a large release) for a simple expression.
  std::uint64_t steps_max = std::uint64_t{1} << 32;
  // Refused on the way: how long a step takes depends on the texts, too.
  std::chrono::nanoseconds work_max = std::chrono::seconds(1);
  std::function<std::chrono::nanoseconds()> work_time = thread_work_time;
  std::uint64_t steps_between_looks = std::uint64_t{1} << 20;  // at the time
};

class IndexSearch {
 public:
  // Both must outlive it.
  IndexSearch(const Release& release, const ReleaseIndex& index, RegexLimits limits = {})
      : release_(release), index_(index), limits_(std::move(limits)) {}

  // See Release::search and search_page.
  base::Result<std::vector<Node>> find(const SearchQuery& query) const;
  base::Result<SearchHits> find_page(const SearchQuery& query, SearchPage page) const;

 private:
  class Filter;
  class Ranking;
  class RegexWork;

  // In the order of nodes where sought by term, of codes where by code.
  base::Result<std::vector<Node>> nodes_by_code(const SearchQuery& query) const;
  // The texts that match; increasing. Of every mode by term but contains.
  std::vector<TextNumber> texts_by_start(const SearchQuery& query) const;
  std::vector<TextNumber> texts_by_words(const SearchQuery& query) const;
  base::Result<std::vector<TextNumber>> texts_by_regex(RegexWork& work) const;
  base::Result<std::vector<TextNumber>> all_texts_by_regex(RegexWork& work) const;
  // False where it is too much work.
  bool add_matches(RegexWork& work, ReleaseIndex::Texts among,
                   std::vector<TextNumber>& texts) const;
  // The searched texts of these nodes (increasing) that match.
  std::vector<TextNumber> texts_that_contain(std::span<const Node> nodes,
                                             std::string_view term) const;
  // `regex` is the compiled text where the mode is regex.
  base::Result<std::vector<TextNumber>> matching_texts(const SearchQuery& query,
                                                       std::optional<RegexWork>& regex) const;
  base::Result<std::optional<RegexWork>> compile(const SearchQuery& query) const;
  base::Result<SearchHits> page_of_codes(const SearchQuery& query, const Filter& filter,
                                         SearchPage page) const;

  const Release& release_;
  const ReleaseIndex& index_;
  RegexLimits limits_;
};

}  // namespace codelog::coding_systems
