// Since when something holds: the position of the last commit that changed what is shown of it.
//
// Answers made from the views at some position may be given again as long as nothing that they show
// has changed since. take_in() runs on the thread that commits, before the writers of those
// commits are answered, so that a writer never sees an older answer than its own write; the rest is
// safe from any thread and takes no lock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <unordered_map>

#include "events/commit.h"

namespace codelog::application {

class ChangeWatch {
 public:
  void take_in(std::span<const events::Commit> commits);

  // What lists of codelists show: names, owners, versions, statuses, tags, and the day of a
  // version's last change.
  base::Position lists() const { return base::Position(lists_.load(std::memory_order_acquire)); }
  // Terms and mapped codes, which come from releases and mappings.
  base::Position releases() const {
    return base::Position(releases_.load(std::memory_order_acquire));
  }
  // A codelist, its handles and all its versions that are not drafts. May name a later commit, on
  // another codelist.
  base::Position codelist(base::CodelistId id) const {
    return base::Position(codelists_[slot_of(id)].load(std::memory_order_acquire));
  }

 private:
  static constexpr std::size_t slots_count = 4096;
  static std::size_t slot_of(base::CodelistId id) { return id.value() % slots_count; }

  // True where the step is the draft's first on its day (or may be).
  bool is_first_of_day(base::VersionId draft, base::Timestamp time);

  std::atomic<std::uint64_t> lists_ = 0;
  std::atomic<std::uint64_t> releases_ = 0;
  std::array<std::atomic<std::uint64_t>, slots_count> codelists_{};
  std::unordered_map<base::VersionId, std::int64_t> days_;  // used by take_in() only
};

}  // namespace codelog::application
