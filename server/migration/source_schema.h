// Checks the tables, columns, migrations and references of an OpenCodelists database: a migration
// must know all of them.
#pragma once

#include <span>
#include <string_view>

#include "events/base/digest.h"
#include "events/next_ids.h"
#include "server/migration/refusals.h"
#include "server/migration/source_database.h"

namespace codelog::migration {

struct SourceTable {
  std::string_view name;
  std::string_view columns;  // separated by spaces
};
// All tables of an OpenCodelists database.
std::span<const SourceTable> source_tables();

// Collects every unknown or missing table and column, every migration of Django's that is later
// than those known, and every reference to a row that does not exist.
void check_schema(const SourceDatabase& source, Refusals& refusals);

// Tells the site's database from those of other sites: when it was first set up, to the
// microsecond.
base::Sha256 identity_of(const SourceDatabase& source);

// The ids that the old site would give to its next codelist, version and search.
events::NextIds next_ids_of(const SourceDatabase& source);

}  // namespace codelog::migration
