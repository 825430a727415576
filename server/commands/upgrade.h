// The effect of a newer release on a version: runs its searches again, applies its definition to
// the new hierarchy, and sorts every affected code by the kind of change. Pure if `searches` has no
// limit of time: the same version and the same two release files always give the same answer, so
// reports are reproducible. With a limit, searches beyond it are listed as not run.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coding_systems/base/release_comparison.h"
#include "server/commands/executor.h"
#include "server/commands/search_reruns.h"
#include "server/commands/version_contents.h"

namespace codelog::commands {

// "unchanged", "affected" or "cannot tell".

// The codes and searches of a version. An uploaded table counts as the list of its codes known to
// its release (or else to the newer one).
struct VersionContent {
  std::vector<events::CodeWithStatus> codes;  // sorted by code
  std::vector<events::SearchWithResults> searches;
  // codes with statuses that nobody has confirmed yet; sorted
  std::vector<std::string> assumed = {};
  // entries of a table's code column that are not codes; sorted
  std::vector<std::string> not_codes = {};
};

// `release` may be null. Errors: invalid (a stored table that cannot be read).
Result<VersionContent> content_of(const Views& views, const projections::VersionRecord& version,
                                  const ReleasePointer& release, const ReleasePointer& newer);

// A code that the newer release affects.
struct CodeUpgrade {
  std::string code;
  std::optional<base::CodeStatus> before;  // nothing: the version did not have the code
  base::CodeStatus after = base::CodeStatus::unresolved;
  coding_systems::CodeFate fate;
  bool newly_matched = false;      // found by a search, and new to the version
  bool no_longer_matched = false;  // no longer found by any of the searches that found it
  bool new_descendant = false;     // new to the version, and not found by a search
  bool is_assumed = false;  // `after` follows from the hierarchy, and nobody has confirmed it

  bool status_changed() const { return before && *before != after; }
};

struct SearchUpgrade {
  events::SearchWithResults search;  // with the codes that it finds on the newer release
  std::size_t codes_before = 0;
  // For a search that now finds too much to be taken over; its list of codes is then empty.
  std::optional<std::size_t> left_out_codes;
  std::string problem;  // why a left-out search cannot run
};

struct Upgrade {
  std::vector<CodeUpgrade> codes;                // affected codes, sorted
  std::vector<SearchUpgrade> searches;           // in the version's order
  std::vector<events::CodeWithStatus> statuses;  // all codes on the newer release, sorted
  events::UpgradeCounts counts;
  bool is_compatible = false;
  bool had_older = false;  // without the older release, moves and new names cannot be detected

  events::UpgradeOutcome outcome() const;
  std::vector<std::string> assumed() const;
};

// Linear in the version's codes and their neighbours; 10,000 codes take some tens of milliseconds.
Upgrade compare_version(const VersionContent& version, coding_systems::ReleaseComparison& releases,
                        SearchReruns& searches);

// Whether the version is the same on the newer release: every search finds the same codes, and the
// hierarchy around its included codes is the same. Always true for a version's own release.
bool is_compatible(const VersionContent& version, coding_systems::ReleaseComparison& releases,
                   SearchReruns& searches);

// A draft of the version on the newer release, with the searches that can be taken over. The caller
// sets ids, author and release.
events::VersionCreated draft_of(const projections::VersionRecord& source, const Upgrade& upgrade);

}  // namespace codelog::commands
