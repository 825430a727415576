// Commits as JSON, for `codelog log`.
#pragma once

#include <functional>
#include <string>

#include "events/commit.h"
#include "server/accounts/key_ring.h"
#include "tools/json.h"

namespace codelog::tools {

// {position, time, actor, command, events: [type…]}, for one line of a list.
Json commit_summary(const events::Commit& commit);

// Whether the log holds the user's erasure.
using IsErased = std::function<bool(const std::string& username)>;

// The whole commit. Opens sealed personal data, but never shows the password hash. The data of an
// erased user are {"erased": true}. Data that cannot be opened though their user has not been
// erased are {"unreadable": the fault of the key, and what to do}.
Json commit_to_json(const events::Commit& commit, const accounts::KeyRing& keys,
                    const IsErased& is_erased);

// The same, with personal data as {"sealed": true}.
Json sealed_commit_to_json(const events::Commit& commit);

// The fields of a report on a release.
Json upgrades_to_json(const events::UpgradesReported& report);

}  // namespace codelog::tools
