// A codelist as it was after one of its commits: the version that was worked on, its codes then,
// and what has changed since. Reads the codelist's past once or twice (projections/past.h).
#pragma once

#include <memory>
#include <optional>

#include "events/log.h"
#include "projections/past.h"
#include "projections/views.h"
#include "server/history/positions.h"

namespace codelog::history {

struct Moment {
  PlaceInHistory place;
  std::unique_ptr<projections::Store> store;
  // The version that the commit worked on, or else the one that was changed last; nothing if the
  // codelist had no version then. The store has its contents.
  std::optional<projections::VersionRecord> version;

  projections::Views views() const { return projections::Views(store->reader()); }
};
// Errors: not_found (the codelist did not exist then), and those of reading the log.
base::Result<Moment> read_moment(const events::Log& log, const projections::Views& views,
                                 base::CodelistId codelist, base::Position at);

// The included codes now against those of then.
struct SinceThen {
  projections::VersionRecord now;  // the codelist's newest version
  std::size_t added_count = 0;
  std::size_t removed_count = 0;
};
// Nothing if the codelist has no version now, or if one of the tables has no column of codes.
std::optional<SinceThen> since_then(const Moment& moment, const projections::Views& now,
                                    base::CodelistId codelist);

}  // namespace codelog::history
