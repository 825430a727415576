// A draft ready to be worked on: its codes as a code set over its release, and which of them its
// searches found. Built from the views when a draft is first touched and then kept up with its
// commits, so that a click on a draft of 10,000 codes costs what the click changes. Workspaces are
// values derived from the views and may be dropped at will.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <utility>
#include <vector>

#include "coding_systems/base/codeset.h"
#include "events/base/mutex.h"
#include "server/commands/draft_steps.h"
#include "server/commands/executor.h"
#include "server/commands/version_contents.h"

namespace codelog::commands {

// The searches of a draft, and the codes that none of them found (sorted; codes that have left the
// draft since may still be listed).
struct Searches {
  std::vector<projections::SearchRecord> records;  // by id
  std::vector<std::string> searchless;
};

struct Workspace {
  // More codes than this do not come into a draft with one request.
  static constexpr std::size_t brought_codes_max = 20'000;

  Position changed_at;  // the commit that it stands at
  ReleasePointer release;
  std::shared_ptr<const coding_systems::Codeset> codeset;  // shared with later workspaces
  std::shared_ptr<const Searches> searches;                // shared with later workspaces
  std::shared_ptr<const OwnCodes> own_codes;               // shared with later workspaces

  // All changes of these updates. A code that is included or excluded comes into the draft, with
  // everything below it, unless it is there. What a search brought that has been removed leaves the
  // draft once nothing is decided about it: it is unresolved, and no included code is above it.
  // Errors: too_large, naming "updates" (too many codes would come).
  Result<std::vector<base::CodeChange>> changes_of_updates(
      const std::vector<events::CodeWithStatus>& updates) const;
  // The codes that go when this search goes: those that it alone found, unless they are included or
  // an included code is above them. The draft's own codes stay.
  std::vector<base::CodeChange> orphans_without(SearchId search) const;

 private:
  std::vector<std::string> undecided_leftovers(const coding_systems::Codeset& after) const;
};

// The workspaces used last. Thread-safe.
class Workspaces {
 public:
  explicit Workspaces(const Site& site) : site_(site) {}

  // Errors: those of opening the draft's release.
  Result<std::shared_ptr<const Workspace>> of(const Views& views,
                                              const projections::VersionRecord& draft,
                                              const std::string& coding_system);
  // Keeps the workspace that follows from a commit decided on `before`.
  void advance(VersionId draft, const Workspace& before, const Commit& commit);

 private:
  static constexpr std::size_t workspaces_max = 64;

  static bool is_current(const Views& views, const projections::VersionRecord& draft,
                         const coding_systems::Release& release);
  void keep(VersionId draft, std::shared_ptr<const Workspace> workspace);

  Site site_;
  base::Mutex mutex_;
  std::list<std::pair<VersionId, std::shared_ptr<const Workspace>>> recent_ GUARDED_BY(mutex_);
};

}  // namespace codelog::commands
