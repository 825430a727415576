// What each event changes in the views: the projector's own, in a file of its own.
#pragma once

#include "events/commit.h"
#include "projections/projector.h"

namespace codelog::projections {

// Applies the events of one commit, in order, to the projector's pending changes. Errors: corrupt
// (an event names something that the views do not have).
base::Result<void> apply_events(Projector& projector, const events::Commit& commit);

}  // namespace codelog::projections
