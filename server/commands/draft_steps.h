// What a draft step did, and what taking it back does.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "server/commands/executor.h"

namespace codelog::commands {

// The effect of one step: on codes, on searches, and on assumed statuses.
struct StepEffect {
  std::vector<base::CodeChange> changes;
  std::vector<events::SearchWithResults> searches_added;
  std::vector<events::SearchWithResults> searches_removed;
  // Assumed statuses that the step settled, or gave back to be settled.
  std::vector<std::string> settled = {};
  std::vector<std::string> reopened = {};
  bool operator==(const StepEffect&) const = default;

  // The same backwards.
  StepEffect inverse() const;
};

// The effect that a commit had on this draft; nothing if it was no step of it.
std::optional<StepEffect> effect_of(const Commit& commit, VersionId draft);

// The codes that others than `actor` have decided (included, excluded or cleared by name) after
// `base_position`, with the status that each has had from it since. Without a base: after the
// actor's own last step on this draft; what the actor does elsewhere on the codelist does not show
// them the draft. Errors: corrupt, where a commit in between cannot be read.
Result<std::map<std::string, base::CodeStatus>> decided_by_others(
    const events::EventLog& log, const projections::VersionRecord& draft, const Actor& actor,
    const std::optional<Position>& base_position);

// The codes that a draft was made with and that none of its first searches found: those of a list
// that it was made from, of an uploaded table, of a search that a newer release has no more. They
// are the draft's own, and no search takes them away when it goes. Read from the log when they are
// first asked for; where the draft's beginning cannot be read, every code counts as its own.
// Thread-safe; must not outlive the log.
class OwnCodes {
 public:
  OwnCodes(const events::EventLog& log, const projections::VersionRecord& draft)
      : log_(log), stream_(projections::codelist_stream(draft.codelist)), draft_(draft.id) {}

  bool contains(const std::string& code) const;

 private:
  void read() const;

  const events::EventLog& log_;
  const std::string stream_;
  const VersionId draft_;
  mutable std::once_flag once_;
  mutable std::optional<std::vector<std::string>> codes_;  // sorted; written once, under once_
};

}  // namespace codelog::commands
