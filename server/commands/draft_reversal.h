// Taking a step of a draft back, or doing it again, also among later steps of others.
#pragma once

#include <optional>

#include "server/commands/draft_steps.h"
#include "server/commands/workspace.h"

namespace codelog::commands {

// Which step, and for whom.
struct Reversal {
  const events::Log& log;
  const Views& views;
  const projections::VersionRecord& draft;
  const Workspace& workspace;
  const Actor& actor;
};

struct ReversedStep {
  Position step;
  StepEffect effect;  // on the draft as it is now
};

// The draft's last step, or the one undone last. A step that another user moved last needs a
// base_position that includes that. Errors: conflict (there is no such step; naming base_position:
// the client has not seen the other user's commit; naming step: a later step builds on it), and
// those of reading the log.
Result<ReversedStep> last_step(const Reversal& reversal, std::optional<Position> base_position);
Result<ReversedStep> last_undone_step(const Reversal& reversal,
                                      std::optional<Position> base_position);

// The actor's own last step, or this own step of the draft. Errors: conflict (there is none; naming
// step: a later step builds on it), invalid, naming step (not a step of the draft that can be
// undone, or not the actor's), and those of reading the log.
Result<ReversedStep> own_step(const Reversal& reversal, std::optional<Position> step);

}  // namespace codelog::commands
