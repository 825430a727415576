// The searches of versions run again on one release: each different one only once. Belongs to one
// thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "coding_systems/base/index_search.h"
#include "server/commands/version_contents.h"

namespace codelog::commands {

// Of processor time that one request may take for running searches again. A hundred searches of the
// usual kind take a tenth of that.
inline constexpr std::chrono::seconds request_searches_work_max{5};

class SearchReruns {
 public:
  using WorkTime = std::function<std::chrono::nanoseconds()>;

  // Of any number of searches, for work in the background.
  explicit SearchReruns(ReleasePointer release) : release_(std::move(release)) {}
  // Once the thread has worked for so long, no further search is begun. One that has begun ends by
  // itself (after a second, if it is a regular expression).
  SearchReruns(ReleasePointer release, std::chrono::nanoseconds work_max,
               WorkTime work_time = coding_systems::thread_work_time)
      : release_(std::move(release)),
        work_time_(std::move(work_time)),
        work_end_(work_time_() + work_max) {}

  // What the search finds now; nothing, and how many, if that is too much for a draft; nothing,
  // and 0 with the reason, if it cannot be run on this release, or no further search may be begun.
  struct Found {
    std::vector<std::string> codes;  // sorted
    std::optional<std::size_t> too_many;
    std::string problem = {};
  };
  const Found& run(const events::SearchWithResults& search);

  // True once no further search may be begun.
  bool is_exhausted() const { return work_time_ && work_time_() >= work_end_; }

 private:
  using Key = std::tuple<events::SearchKind, events::SearchMode, events::ActiveFilter, std::string,
                         std::vector<std::string>>;
  // Together no more than this many codes are remembered.
  static constexpr std::size_t codes_max = 2'000'000;

  ReleasePointer release_;
  WorkTime work_time_;  // empty: without an end
  std::chrono::nanoseconds work_end_{};
  std::map<Key, Found> found_;
  std::size_t codes_count_ = 0;
};

}  // namespace codelog::commands
