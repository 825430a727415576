// Commits as JSON, for `codelog log`.
#pragma once

#include "events/commit.h"
#include "server/accounts/key_ring.h"
#include "tools/admin_protocol.h"

namespace codelog::tools {

// {position, time, actor, command, events: [type…]}: one line of a list.
Json commit_summary(const events::Commit& commit);

// Everything in it. Sealed personal data is opened where its key is there still (the password's
// hash stays hidden); where the key has been erased it shows as null.
Json commit_to_json(const events::Commit& commit, const accounts::KeyRing& keys);

// The fields of a report on a release.
Json upgrades_to_json(const events::UpgradesReported& report);

}  // namespace codelog::tools
