// Shared by the parts of a migration.
#pragma once

#include <string>

#include "server/migration/refusals.h"
#include "server/migration/report.h"
#include "server/migration/source_database.h"
#include "server/migration/target.h"
#include "server/site/progress.h"

namespace codelog::migration {

struct MigrationWork {
  const SourceDatabase& source;
  Target& target;
  Refusals& refusals;
  MigrationReport& report;
  const site::ReportProgress& progress;

  // Throws unavailable when nobody waits any longer.
  void advance(const std::string& stage, std::uint64_t done, std::uint64_t total) const;
};

}  // namespace codelog::migration
