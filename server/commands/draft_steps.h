// The effects of draft steps, and of undoing them.
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
  // Assumed statuses that the step settled, or opened again.
  std::vector<std::string> settled = {};
  std::vector<std::string> reopened = {};
  bool operator==(const StepEffect&) const = default;

  // The effect of undoing the step (or of redoing it, for the effect of an undoing).
  StepEffect inverse() const;
};

// The effect of a commit on this draft; nothing if it is not a step of the draft.
std::optional<StepEffect> effect_of(const Commit& commit, VersionId draft);

// The codes that users other than `actor` have decided (included, excluded or cleared by name)
// after `base_position`, each with its status from that decision. Default base: the actor's own
// last step on this draft; other steps on the codelist do not show the actor the draft. Errors:
// corrupt, if a commit in between cannot be read.
Result<std::map<std::string, base::CodeStatus>> decided_by_others(
    const events::Log& log, const projections::VersionRecord& draft, const Actor& actor,
    const std::optional<Position>& base_position);

// A step of a draft, and the draft's changes after it.
struct StepHistory {
  // The commit that last put the step into effect or out of it: the step itself, its undoing, or
  // its redoing.
  Commit last_move;
  // Later moves that still count, newest first: steps made since, and older steps undone or redone
  // since. A step that was made and undone since does not count.
  std::vector<Commit> since;
};
// Reads the codelist's commits from the newest one back to that move. Errors: those of reading
// them.
Result<StepHistory> history_of(const events::Log& log, const projections::VersionRecord& draft,
                               Position step);

// The commit that made this step of the draft. Errors: invalid, naming "step" (there is none).
Result<Commit> made_step(const events::Log& log, const projections::VersionRecord& draft,
                         Position step);

// The codes that a step decided: included, excluded, or cleared.
std::vector<std::string> decided_codes(const StepEffect& effect);

// The draft's own codes: it started with them, and none of its first searches found them. They come
// from a list, from an uploaded table, or from a search that a newer release cannot run. Removing a
// search never removes them. They are read from the log at the first use; if the draft's beginning
// cannot be read, every code counts as its own. Thread-safe; must not outlive the log.
class OwnCodes {
 public:
  OwnCodes(const events::Log& log, const projections::VersionRecord& draft)
      : log_(log), stream_(Stream::of_codelist(draft.codelist)), draft_(draft.id) {}

  bool contains(const std::string& code) const;

 private:
  void read() const;

  const events::Log& log_;
  const Stream stream_;
  const VersionId draft_;
  mutable std::once_flag once_;
  mutable std::optional<std::vector<std::string>> codes_;  // sorted; written once, under once_
};

}  // namespace codelog::commands
