// The state of one codelist at an earlier moment, in a store in memory: from the latest snapshot
// before the moment (past_keeper.h) and the commits since. Processor time and memory are
// proportional to the codelist's size at that moment, whatever the length of its history. Safe from
// any thread.
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

// A commit, which is the last one included; or a time.
//
// A commit belongs to the past of a time if neither it nor any earlier commit of its stream is
// later than the time. So the past of a later time never has fewer commits, however the server's
// clock was set: a commit made while the clock was set back appears together with the latest commit
// before it.
using Moment = std::variant<base::Position, base::Timestamp>;

struct CodelistPast {
  base::CodelistId codelist;
  Moment moment;
  // The version whose codes, searches and table are needed. Records of all versions are always
  // there.
  std::optional<base::VersionId> contents_of = std::nullopt;
  bool has_all_contents = false;  // those of all versions; `contents_of` does not count then
};

// The codelist, its versions, and the releases and mappings of that moment. `now` are the views of
// the site. Errors:
// corrupt (a commit since the snapshot cannot be read, or does not fit; for a time, also the
// stream's next commit); io. Throws as Views.
base::Result<std::unique_ptr<Store>> views_as_of(const events::Log& log, const StoreReader& now,
                                                 const CodelistPast& past);

// --- Without snapshots

struct PastQuery {
  std::vector<events::Stream> streams;  // the streams to replay
  Moment moment;
  // The version whose codes, searches and table are needed. Records of all versions are always
  // there.
  std::optional<base::VersionId> contents_of = std::nullopt;
  bool has_all_contents = false;  // those of all versions; `contents_of` does not count then
};

// The same from the commits alone, which takes microseconds for each, and about half a microsecond
// for every code that it changed. Errors: as above.
base::Result<std::unique_ptr<Store>> views_as_of(const events::Log& log, const PastQuery& query);
// As above, into an empty store.
base::Result<void> replay_past(Store& store, const events::Log& log, const PastQuery& query);

}  // namespace codelog::projections
