#include "server/application/live_commits.h"

namespace codelog::application {

std::uint64_t LiveCommits::wait(base::CodelistId codelist, base::Position seen, Wake wake) {
  std::uint64_t number = 0;
  {
    const base::Lock lock(mutex_);
    number = next_number_++;
    waiting_.emplace(Key{codelist, number}, wake);
    waiting_count_ = waiting_.size();
  }
  if (latest_[slot_of(codelist)] <= seen.value()) return number;
  {
    const base::Lock lock(mutex_);
    // A commit may have woken it meanwhile.
    if (waiting_.erase({codelist, number}) == 0) return number;
    waiting_count_ = waiting_.size();
  }
  wake();
  return number;
}

void LiveCommits::stop(base::CodelistId codelist, std::uint64_t number) {
  const base::Lock lock(mutex_);
  waiting_.erase({codelist, number});
  waiting_count_ = waiting_.size();
}

void LiveCommits::take_waiting(base::CodelistId codelist, std::vector<Wake>& wakes) {
  auto first = waiting_.lower_bound({codelist, 0});
  while (first != waiting_.end() && first->first.first == codelist) {
    wakes.push_back(std::move(first->second));
    first = waiting_.erase(first);
  }
}

void LiveCommits::wake(base::CodelistId codelist) {
  std::vector<Wake> wakes;
  {
    const base::Lock lock(mutex_);
    take_waiting(codelist, wakes);
    waiting_count_ = waiting_.size();
  }
  for (const Wake& wake : wakes) wake();
}

void LiveCommits::take_in(std::span<const events::Commit> commits) {
  std::vector<base::CodelistId> touched;
  for (const events::Commit& commit : commits) {
    for (const events::StreamExpectation& stream : commit.content.streams) {
      const auto codelist = stream.stream.codelist();
      if (!codelist) continue;
      latest_[slot_of(*codelist)] = commit.position.value();
      touched.push_back(*codelist);
    }
  }
  if (waiting_count_ == 0) return;
  std::vector<Wake> wakes;
  {
    const base::Lock lock(mutex_);
    for (const base::CodelistId codelist : touched) take_waiting(codelist, wakes);
    waiting_count_ = waiting_.size();
  }
  for (const Wake& wake : wakes) wake();
}

}  // namespace codelog::application
