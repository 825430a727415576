#include "server/web/versions/upgraded_codes.h"

#include <algorithm>
#include <tuple>

#include "server/pages/template.h"

namespace codelog::web {
namespace {

using base::CodeStatus;
using commands::CodeUpgrade;

bool is_undecided(CodeStatus status) {
  return status == CodeStatus::unresolved || status == CodeStatus::in_conflict;
}

std::optional<CodeStatus> status_in(const DraftState& state, const std::string& code) {
  const auto found =
      std::ranges::lower_bound(state.statuses, code, {}, &base::CodeWithStatus::code);
  if (found == state.statuses.end() || found->code != code) return std::nullopt;
  return found->status;
}

bool is_included_in(const DraftState& state, const std::string& code) {
  const auto status = status_in(state, code);
  return status && base::is_included(*status);
}

bool needs_decision(const UpgradedCode& code, const DraftState& state) {
  if (is_undecided(code.now) || state.waiting.contains(code.code->code)) return true;
  if (code.group != UpgradeGroup::gone || !base::is_included(code.now)) return false;
  if (state.decided.contains(code.code->code)) return false;
  return std::ranges::none_of(code.successors, [&](const coding_systems::Successor& successor) {
    return successor.is_active && is_included_in(state, successor.code);
  });
}

// A removed code is shown with its old name.
std::string term_of_code(const commands::UpgradePreview& preview, const CodeUpgrade& code) {
  const auto* older = preview.releases->older();
  const bool is_in_older = code.fate.removed && older != nullptr;
  return std::string(
      commands::shown_term_of(is_in_older ? *older : preview.releases->newer(), code.code));
}

}  // namespace

UpgradeGroup group_of(const CodeUpgrade& code) {
  if (!code.before) return UpgradeGroup::added;
  return code.fate.inactive || code.fate.removed ? UpgradeGroup::gone : UpgradeGroup::changed;
}

DraftState state_before_draft(const commands::Upgrade& upgrade) {
  DraftState state;
  state.statuses = upgrade.statuses;
  for (std::string& code : upgrade.assumed()) state.waiting.insert(std::move(code));
  return state;
}

DraftState state_of_draft(const events::Log& log, const projections::Views& views,
                          const projections::VersionRecord& draft) {
  DraftState state;
  state.statuses = views.codes(draft.id);
  for (std::string& code : views.assumptions(draft.id)) state.waiting.insert(std::move(code));
  for (const base::Position step : draft.undo_steps) {  // in the order of their effects
    const auto commit = log.read(step);
    if (!commit) continue;
    for (const events::Event& event : commit->content.events) {
      const auto* changed = std::get_if<events::StatusesChanged>(&event);
      if (changed == nullptr) continue;
      for (const base::CodeWithStatus& update : changed->updates) {
        if (update.status == CodeStatus::unresolved)
          state.decided.erase(update.code);
        else
          state.decided.insert(update.code);
      }
    }
  }
  return state;
}

const events::VersionUpgrade* reported_effect(const projections::UpgradeReportRecord& report,
                                              base::VersionId version) {
  const auto row =
      std::ranges::lower_bound(report.versions, version, {}, &events::VersionUpgrade::version);
  return row != report.versions.end() && row->version == version ? &*row : nullptr;
}

std::string words_of(const events::UpgradeCounts& counts) {
  const std::pair<std::uint64_t, std::string_view> parts[] = {
      {std::uint64_t{counts.newly_matched} + counts.new_descendants, "new"},
      {std::uint64_t{counts.inactive} + counts.removed, "gone"},
      {counts.moved, "moved"},
      {counts.renamed, "renamed"},
      {counts.no_longer_matched, "no longer found"}};
  std::string words;
  for (const auto& [count, kind] : parts) {
    if (count == 0) continue;
    words += words.empty() ? pages::counted(count, "code") : ", " + pages::grouped(count);
    words += " " + std::string(kind);
  }
  if (!words.empty() || counts.status_changed == 0) return words;
  return pages::counted(counts.status_changed, "code") + " with another status";
}

std::vector<UpgradedCode> upgraded_codes(const commands::UpgradePreview& preview,
                                         const DraftState& state) {
  std::vector<UpgradedCode> codes;
  for (const CodeUpgrade& upgrade : preview.upgrade.codes) {
    const auto status = status_in(state, upgrade.code);
    if (!status) continue;
    UpgradedCode code{.code = &upgrade,
                      .term = term_of_code(preview, upgrade),
                      .group = group_of(upgrade),
                      .now = *status};
    if (code.group == UpgradeGroup::gone) {
      code.successors = preview.releases->successors_of(upgrade.code, preview.find_more);
    }
    code.is_open = needs_decision(code, state);
    codes.push_back(std::move(code));
  }
  std::ranges::sort(codes, [](const UpgradedCode& a, const UpgradedCode& b) {
    return std::tie(a.group, a.term, a.code->code) < std::tie(b.group, b.term, b.code->code);
  });
  return codes;
}

}  // namespace codelog::web
