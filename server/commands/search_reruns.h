// Runs the searches of versions again on one release, each different search only once. Belongs to
// one thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "coding_systems/index/index_search.h"
#include "server/commands/version_contents.h"

namespace codelog::commands {

// The processor time that one request may use for running searches again. A hundred usual searches
// take a tenth of it.
inline constexpr std::chrono::seconds request_searches_work_max{5};

class SearchReruns {
 public:
  using WorkTime = std::function<std::chrono::nanoseconds()>;

  // Without a limit, for background work.
  explicit SearchReruns(ReleasePointer release) : release_(std::move(release)) {}
  // Starts no further search once the thread has used this much time. A search that has begun ends
  // by itself (a regular expression after a second).
  SearchReruns(ReleasePointer release, std::chrono::nanoseconds work_max,
               WorkTime work_time = coding_systems::thread_work_time)
      : release_(std::move(release)),
        work_time_(std::move(work_time)),
        work_max_(work_max),
        work_end_(work_time_() + work_max) {}

  // The codes that the search finds now. No codes, and their number, if a draft cannot take that
  // many. No codes, 0 and the reason if the search cannot run on this release, or if no further
  // search may start.
  struct Found {
    std::vector<std::string> codes;  // sorted
    std::optional<std::size_t> too_many;
    std::string problem = {};
  };
  const Found& run(const events::SearchWithResults& search);

  // True once no further search may start.
  bool is_exhausted() const { return work_time_ && work_time_() >= work_end_; }

 private:
  using Key = std::tuple<events::SearchKind, events::SearchMode, events::ActiveFilter, std::string,
                         std::vector<std::string>>;
  // The results kept hold at most this many codes together.
  static constexpr std::size_t codes_max = 2'000'000;

  ReleasePointer release_;
  WorkTime work_time_;  // empty: no limit
  std::chrono::nanoseconds work_max_{};
  std::chrono::nanoseconds work_end_{};
  std::map<Key, Found> found_;
  std::size_t codes_count_ = 0;
};

}  // namespace codelog::commands
