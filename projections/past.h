// The past: what one codelist was at some moment, replayed from its own commits into a store in
// memory. Replaying takes processor time in proportion to the codelist's history up to the moment
// (microseconds a commit, and about half a microsecond for every code that a commit changed);
// memory, in proportion to what the codelist was then. Safe from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "events/base/clock.h"
#include "events/log.h"
#include "projections/store.h"

namespace codelog::projections {

// A commit, which counts as the last one; or a time.
//
// A commit belongs to the past of a time when neither it nor any commit before it in its stream is
// later than the time. So the past of a later time never has less, however the server's clock was
// set: a commit made while the clock was set back comes to light with the latest before it.
using Moment = std::variant<base::Position, base::Timestamp>;

struct PastQuery {
  std::vector<std::string> streams;  // whose commits count
  Moment moment;
  // The version whose codes, searches and table are wanted. Records are there for all versions.
  std::optional<base::VersionId> contents_of = std::nullopt;
};

// Errors: corrupt (a commit cannot be read, or does not fit); io.
base::Result<std::unique_ptr<Store>> views_as_of(const events::EventLog& log,
                                                 const PastQuery& query);
// The same into a store that is empty.
base::Result<void> replay_past(Store& store, const events::EventLog& log, const PastQuery& query);

}  // namespace codelog::projections
