// The limit of reads that may take seconds of a processor: replays of the past, and previews of
// upgrades. Any client may ask for them, so they share one limit.
#pragma once

#include "events/base/result.h"
#include "events/base/slots.h"

namespace codelog::api {

// A place for a long read, until its destruction. Half of the processors (at least one) have one,
// for all long reads together, so that other requests still find a processor. Safe from any thread.
// Errors: unavailable (too many long reads at once).
base::Result<base::Slots::Slot> begin_long_read();

}  // namespace codelog::api
