// Commits as JSON, for `codelog log`.
#pragma once

#include "events/commit.h"
#include "server/accounts/key_ring.h"
#include "tools/admin_protocol.h"

namespace codelog::tools {

// {position, time, actor, command, events: [type…]}, for one line of a list.
Json commit_summary(const events::Commit& commit);

// The whole commit. Opens sealed personal data if its key still exists, but never shows the
// password hash; data with an erased key are null.
Json commit_to_json(const events::Commit& commit, const accounts::KeyRing& keys);

// The fields of a report on a release.
Json upgrades_to_json(const events::UpgradesReported& report);

}  // namespace codelog::tools
