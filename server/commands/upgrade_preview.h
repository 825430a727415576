// The effect of a newer release on one version, with all that it takes to show it. Saves nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/commands/upgrade.h"

namespace codelog::commands {

struct UpgradePreview {
  projections::ReleaseRecord newer;
  std::unique_ptr<coding_systems::ReleaseComparison> releases;
  // Successors that only a mapping knows, for ReleaseComparison::successors_of().
  coding_systems::FindSuccessors find_more;
  Upgrade upgrade;
  std::vector<std::string> not_codes;  // entries of an uploaded table; sorted
};

// `alias` is a release of the version's coding system; default: its newest. Takes seconds for long
// lists: call with a place for a long read. Errors: those of choose_release(); invalid, naming
// "release" (it has no file) or for a stored table that cannot be read; those of opening a mapping.
Result<UpgradePreview> preview_upgrade(const Site& site, const Views& views,
                                       const projections::VersionRecord& version,
                                       const std::optional<std::string>& alias);

// Why a code comes to the version. The searches that find it now: their places in
// upgrade.searches.
std::vector<std::size_t> searches_finding(const Upgrade& upgrade, const std::string& code);
// Its parents on the newer release that the version includes; sorted.
std::vector<std::string_view> included_parents(const UpgradePreview& preview,
                                               std::string_view code);

}  // namespace codelog::commands
