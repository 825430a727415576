// The checks of a draft that every log makes, besides those of encoding it (codec.h).
#pragma once

#include "events/base/result.h"
#include "events/commit.h"

namespace codelog::events {

// Errors: invalid (no events, no streams, a stream twice; a name or key that is empty, too long or
// contains NUL).
base::Result<void> check_draft(const CommitDraft& draft);

}  // namespace codelog::events
