// What a draft step did, and what taking it back does.
#pragma once

#include <map>
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
// actor's own last commit on the codelist. Errors: corrupt, where a commit in between cannot be
// read.
Result<std::map<std::string, base::CodeStatus>> decided_by_others(
    const events::EventLog& log, const projections::VersionRecord& draft, const Actor& actor,
    const std::optional<Position>& base_position);

}  // namespace codelog::commands
