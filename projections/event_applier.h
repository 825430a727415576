// The changes that each event makes in the views; internal to the projector.
#pragma once

#include "events/commit.h"
#include "projections/projector.h"

namespace codelog::projections {

// Applies the events of one commit, in order, to the projector's pending changes. Errors: corrupt
// (an event names a thing that the views do not have).
base::Result<void> apply_events(Projector& projector, const events::Commit& commit);

}  // namespace codelog::projections
