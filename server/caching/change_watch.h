// For each codelist, for lists and for releases: the position of the last commit that changed their
// public view.
//
// An answer made from the views at some position may be given again until a later commit changes
// what it shows. take_in() runs on the committing thread, before the writers of those commits get
// their answers, so that a writer never sees an answer older than its own write. The other
// functions are safe from any thread and take no lock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <unordered_map>

#include "events/commit.h"

namespace codelog::caching {

class ChangeWatch {
 public:
  void take_in(std::span<const events::Commit> commits);

  // The data in lists of codelists: names, owners, versions, statuses, tags, and the day of a
  // version's last change.
  base::Position lists() const { return base::Position(lists_.load(std::memory_order_acquire)); }
  // What many codelists show: terms and mapped codes, which come from releases and mappings, and
  // whether everybody may read an owner's codelists.
  base::Position releases() const {
    return base::Position(releases_.load(std::memory_order_acquire));
  }
  // A codelist, its handles, and all its versions that are not drafts. The position may be that of
  // a later commit on another codelist.
  base::Position codelist(base::CodelistId id) const {
    return base::Position(codelists_[slot_of(id)].load(std::memory_order_acquire));
  }

 private:
  static constexpr std::size_t slots_count = 4096;
  static std::size_t slot_of(base::CodelistId id) { return id.value() % slots_count; }

  // True if the step is, or may be, the draft's first on its day.
  bool is_first_of_day(base::VersionId draft, base::Timestamp time);

  std::atomic<std::uint64_t> lists_ = 0;
  std::atomic<std::uint64_t> releases_ = 0;
  std::array<std::atomic<std::uint64_t>, slots_count> codelists_{};
  std::unordered_map<base::VersionId, std::int64_t> days_;  // only take_in() uses it
};

}  // namespace codelog::caching
