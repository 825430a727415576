// Codelists with their handles, tags, people, versions, drafts and searches.
#pragma once

#include "events/next_ids.h"
#include "server/migration/migration_work.h"
#include "server/migration/source_records.h"

namespace codelog::migration {

// Brings new things, and brings changed ones to their state in the old site. A version with other
// content is deleted and made again with its id, because the old site does not say which steps led
// there. One commit holds events of one codelist. Memory is that of one version and one commit.
//
// Codelists and versions here with these ids or later ones are no migration's. Throws
// base::ThrownError.
void migrate_codelists(const MigrationWork& work, const SourceReleases& releases,
                       const events::NextIds& first_own);

}  // namespace codelog::migration
