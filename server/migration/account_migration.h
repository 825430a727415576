// Users with their tokens and password hashes, and organisations with their members.
#pragma once

#include "server/migration/migration_work.h"

namespace codelog::migration {

// Throws base::ThrownError.
void migrate_users(const MigrationWork& work);
void migrate_organisations(const MigrationWork& work);

}  // namespace codelog::migration
