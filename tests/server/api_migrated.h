// OpenCodelists' seeded site, brought into a test's site by a migration.
#pragma once

#include "tests/server/api_site.h"

namespace codelog::tests {

// As seed_golden_state(), but with the commits of a migration of the site's own files.
void seed_migrated_state(ApiSite& site);

}  // namespace codelog::tests
