// What a newer release does to a version: its searches run again, its definition applied to the new
// hierarchy, and every code that this touches sorted by what happened to it. Pure: the same version
// and the same two release files always give the same answer, which is what makes a report
// reproducible.
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
std::string_view to_string(events::UpgradeOutcome outcome);

// The codes and searches of a version. An uploaded table counts as the list of its codes, as far as
// its release (or else the newer one) knows them.
struct VersionContent {
  std::vector<events::CodeWithStatus> codes;  // by code
  std::vector<events::SearchWithResults> searches;
  std::vector<std::string> assumed = {};    // whose statuses nobody has confirmed yet; sorted
  std::vector<std::string> not_codes = {};  // what a table has where codes should be; sorted
};

// `release` may be null. Errors: invalid (a stored table that cannot be read).
Result<VersionContent> content_of(const Views& views, const projections::VersionRecord& version,
                                  const ReleasePointer& release, const ReleasePointer& newer);

// A code that the newer release touches.
struct CodeUpgrade {
  std::string code;
  std::optional<base::CodeStatus> before;  // nothing: the version did not have it
  base::CodeStatus after = base::CodeStatus::unresolved;
  coding_systems::CodeFate fate;
  bool newly_matched = false;      // by a search, and new to the version
  bool no_longer_matched = false;  // by any search that it was found by
  bool new_descendant = false;     // new to the version, and not found by a search
  bool is_assumed = false;  // `after` is what the hierarchy says, and nobody has confirmed it

  bool status_changed() const { return before && *before != after; }
};

struct SearchUpgrade {
  events::SearchWithResults search;  // with what it finds on the newer release
  std::size_t codes_before = 0;
  // Of a search that finds too much now to be taken over; its codes are then none.
  std::optional<std::size_t> left_out_codes;
  std::string problem;  // why a search that is left out cannot be run
};

struct Upgrade {
  std::vector<CodeUpgrade> codes;                // those that something happened to, by code
  std::vector<SearchUpgrade> searches;           // as the version has them
  std::vector<events::CodeWithStatus> statuses;  // of all codes on the newer release, by code
  events::UpgradeCounts counts;
  bool is_compatible = false;
  bool had_older = false;  // without the older release, what moved or was renamed cannot be told

  events::UpgradeOutcome outcome() const;
  std::vector<std::string> assumed() const;
};

// Linear in the version's codes and what is around them; 10,000 codes take some tens of
// milliseconds.
Upgrade compare_version(const VersionContent& version, coding_systems::ReleaseComparison& releases,
                        SearchReruns& searches);

// Whether the version is the same on the newer release: every search finds what it found, and the
// hierarchy around its included codes is the same. True for a version's own release, whatever else
// is missing.
bool is_compatible(const VersionContent& version, coding_systems::ReleaseComparison& releases,
                   SearchReruns& searches);

// A draft of the version on the newer release, with the searches that can be taken over; ids,
// author and release are left to the caller.
events::VersionCreated draft_of(const projections::VersionRecord& source, const Upgrade& upgrade);

}  // namespace codelog::commands
