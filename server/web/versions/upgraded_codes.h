// The codes that a newer release touches, in the three groups of the upgrade page, and which of
// them somebody has to decide. The same rules as src/engine/upgrade.ts.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "events/log.h"
#include "server/commands/upgrade_preview.h"

namespace codelog::web {

enum class UpgradeGroup : std::uint8_t {
  added,    // new to the version
  gone,     // retired, or no longer in the release
  changed,  // moved, renamed, or with another status
};
inline constexpr std::size_t upgrade_groups_count = 3;

UpgradeGroup group_of(const commands::CodeUpgrade& code);

// What a draft made of the version has come to. For the version itself, nothing has been decided.
struct DraftState {
  std::vector<base::CodeWithStatus> statuses;  // of all its codes, sorted
  std::set<std::string> waiting;               // assumed, and not confirmed yet
  // By somebody, in the draft; without those whose decision was cleared again.
  std::set<std::string> decided;
};
DraftState state_before_draft(const commands::Upgrade& upgrade);
// Reads the draft's steps from the log.
DraftState state_of_draft(const events::Log& log, const projections::Views& views,
                          const projections::VersionRecord& draft);

struct UpgradedCode {
  const commands::CodeUpgrade* code = nullptr;
  std::string term = {};
  UpgradeGroup group = UpgradeGroup::changed;
  base::CodeStatus now = base::CodeStatus::unresolved;
  std::vector<coding_systems::Successor> successors = {};  // of a code that is gone
  bool is_open = false;                                    // somebody has to decide
};

// In the order of the groups, then by term. A code of the preview that the draft no longer has is
// left out. Open is a code that is undecided, in conflict, or has an assumed status; and one that
// is gone but still included, until somebody decides it or one of its successors is included.
std::vector<UpgradedCode> upgraded_codes(const commands::UpgradePreview& preview,
                                         const DraftState& state);

// What the report says about the version; null if it says nothing.
const events::VersionUpgrade* reported_effect(const projections::UpgradeReportRecord& report,
                                              base::VersionId version);
// "4 codes new, 2 gone, 1 moved, 1 renamed"; "" if no code is touched.
std::string words_of(const events::UpgradeCounts& counts);

}  // namespace codelog::web
