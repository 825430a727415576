// Keeps what makes the past cheap to read: snapshots of a codelist every few hundred commits, and
// each change of what other streams say of it. Part of the projector; past.h reads it.
//
// A snapshot holds the codelist's records, and the contents of the versions that have changed since
// the one before; contents that never changed are in the commit that created the version. Since a
// snapshot is only taken after about as much change as it has bytes, all snapshots together take at
// most a few times the space of the codelist's commits. When one is taken depends on nothing but
// the commits, so that equal commits give equal snapshots.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/commit.h"
#include "projections/record_codec.h"

namespace codelog::projections {

class Projector;

// A snapshot is due after so many commits of the codelist, or so many changes of codes. Reading the
// past replays at most this. Raise view_format when these change.
struct PastSpacing {
  std::uint64_t commits_max = 512;
  std::uint64_t work_max = 20'000;
};

class PastKeeper {
 public:
  PastKeeper(Projector& views, PastSpacing spacing) : views_(views), spacing_(spacing) {}

  // Call before the commit's events are applied, and after them. begin() takes the snapshots that
  // are due, of the codelists as they are before the commit. Errors: those of writing.
  base::Result<void> begin(const events::Commit& commit);
  void end(const events::Commit& commit);

  // The contents of a version change, by so many codes.
  void note_change(const VersionRecord& version, std::size_t codes_count);
  // What the commit says of releases on which the version is the same. `stream` is the one that
  // says so.
  void note_compatibility(VersionId version, const events::Stream& stream, CompatibilityMark mark);
  void note_release(const ReleaseRecord& record);

  // The clocks that have changed, into the projector's changes.
  void put_clocks();

 private:
  bool is_keeping() const;
  PastClock& clock_of(const events::Stream& stream);
  bool is_due(const PastClock& clock) const;
  void take_snapshot(CodelistId id, PastClock& clock);

  Projector& views_;
  const PastSpacing spacing_;
  std::unordered_map<std::string, PastClock> clocks_;     // changed since the last flush
  std::map<VersionId, CompatibilityThen> compatibility_;  // of this commit
};

}  // namespace codelog::projections
