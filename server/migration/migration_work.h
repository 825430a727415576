// Shared by the parts of a migration.
#pragma once

#include <cstdint>
#include <string>

#include "server/migration/refusals.h"
#include "server/migration/report.h"
#include "server/migration/source_database.h"
#include "server/migration/target.h"
#include "server/site/progress.h"

namespace codelog::migration {

// The part of the work that a migration is at, for messages.
struct Stage {
  std::string name;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

struct MigrationWork {
  const SourceDatabase& source;
  Target& target;
  Refusals& refusals;
  MigrationReport& report;
  const site::ReportProgress& progress;
  Stage& stage;

  // Sets the stage. Throws unavailable when nobody waits any longer.
  void advance(const std::string& name, std::uint64_t done, std::uint64_t total) const;
};

}  // namespace codelog::migration
