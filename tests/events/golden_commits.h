// One commit for every event type, with all fields set: the files in tests/golden/events/ must
// decode to these commits for ever. Never change a value here; an event that gains a field gets a
// second commit with a new name.
#pragma once

#include <string>
#include <vector>

#include "events/commit.h"

namespace codelog::events {

struct GoldenCommit {
  std::string name;  // the file is <name>.bin
  CommitDraft expected;
};

std::vector<GoldenCommit> golden_commits();

}  // namespace codelog::events
