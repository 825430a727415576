// A draft ready for work: its codes as a code set over its release, and the codes found by each
// search. Built from the views at the first use of a draft and then updated by its commits, so that
// a click on a draft of 10,000 codes costs only what the click changes. Workspaces are values
// derived from the views, and may be dropped at any time.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coding_systems/algebra/codeset.h"
#include "events/base/mutex.h"
#include "server/commands/draft_steps.h"
#include "server/commands/executor.h"
#include "server/commands/version_contents.h"

namespace codelog::commands {

// The searches of a draft, and the codes that none of them found (sorted; may include codes that
// have left the draft since).
struct Searches {
  std::vector<projections::SearchRecord> records;  // by id
  std::vector<std::string> searchless;
};

struct Workspace {
  // One request cannot bring more codes than this into a draft.
  static constexpr std::size_t brought_codes_max = 20'000;

  Position changed_at;  // the last commit included
  std::optional<std::string>
      changed_by;  // its actor; nothing if the workspace comes from the views
  ReleasePointer release;
  std::shared_ptr<const coding_systems::Codeset> codeset;  // shared with later workspaces
  std::shared_ptr<const Searches> searches;                // shared with later workspaces
  std::shared_ptr<const OwnCodes> own_codes;               // shared with later workspaces

  // A typed code (typed_code.h) in the spelling of the draft, else of the release. Codes that
  // neither has are only trimmed.
  std::string spelled(const std::string& typed) const;
  // All changes made by these updates. An included or excluded code that the draft lacks comes into
  // the draft with all its descendants. A code from a removed search leaves the draft once nothing
  // is decided about it: it is unresolved, and no included code is above it. Errors: too_large,
  // naming "updates" (too many codes would come).
  Result<std::vector<base::CodeChange>> changes_of_updates(
      const std::vector<events::CodeWithStatus>& updates) const;
  // The codes that leave with this search: those that only it found, unless they are included or
  // below an included code. The draft's own codes stay.
  std::vector<base::CodeChange> orphans_without(SearchId search) const;

 private:
  std::vector<std::string> undecided_leftovers(const coding_systems::Codeset& after) const;
};

// The most recently used workspaces. Thread-safe.
class Workspaces {
 public:
  explicit Workspaces(const Site& site) : site_(site) {}

  // Errors: those of opening the draft's release.
  Result<std::shared_ptr<const Workspace>> of(const Views& views,
                                              const projections::VersionRecord& draft,
                                              const std::string& coding_system);
  // Stores the workspace after a commit that was decided on `before`.
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
