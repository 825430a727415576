#include "server/commands/workspace.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "coding_systems/base/typed_code.h"

namespace codelog::commands {
namespace {

using base::CodeChange;
using base::CodeStatus;
using coding_systems::Codeset;

std::shared_ptr<const Searches> with_searchless(std::vector<projections::SearchRecord> records,
                                                const Codeset& codeset) {
  auto searches = std::make_shared<Searches>();  // shared with later workspaces
  searches->records = std::move(records);
  std::vector<std::string_view> found;
  for (const projections::SearchRecord& record : searches->records) {
    found.insert(found.end(), record.search.codes.begin(), record.search.codes.end());
  }
  std::sort(found.begin(), found.end());
  auto next = found.begin();
  for (events::CodeWithStatus& code : codeset.codes()) {
    while (next != found.end() && *next < code.code) ++next;
    if (next == found.end() || *next != code.code) {
      searches->searchless.push_back(std::move(code.code));
    }
  }
  return searches;
}

// The searches after a step. Returns the same object if the step changed neither searches nor the
// codes that no search found.
std::shared_ptr<const Searches> after_step(const Workspace& before, const StepEffect& effect,
                                           VersionId draft, const Codeset& codeset) {
  const bool new_codes =
      std::any_of(effect.changes.begin(), effect.changes.end(),
                  [](const CodeChange& change) { return !change.before.has_value(); });
  if (!new_codes && effect.searches_added.empty() && effect.searches_removed.empty()) {
    return before.searches;
  }
  std::vector<projections::SearchRecord> records = before.searches->records;
  for (const auto& removed : effect.searches_removed) {
    std::erase_if(records, [&](const auto& record) { return record.search.id == removed.id; });
  }
  for (const auto& added : effect.searches_added) records.push_back({draft, added});
  std::sort(records.begin(), records.end(),
            [](const auto& a, const auto& b) { return a.search.id < b.search.id; });
  return with_searchless(std::move(records), codeset);
}

// The codes that are included or excluded after the updates.
std::vector<std::string> decided_by(const std::vector<events::CodeWithStatus>& updates) {
  std::map<std::string_view, CodeStatus> last;
  for (const events::CodeWithStatus& update : updates) last[update.code] = update.status;
  std::vector<std::string> decided;
  for (const auto& [code, status] : last) {
    if (base::is_direct(status)) decided.emplace_back(code);
  }
  return decided;
}

}  // namespace

std::string Workspace::spelled(const std::string& typed) const {
  if (codeset->status_of(typed)) return typed;
  const auto node = coding_systems::find_typed_code(*release, typed);
  return std::string(node ? release->code(*node) : coding_systems::trim_typed_code(typed));
}

Result<std::vector<CodeChange>> Workspace::changes_of_updates(
    const std::vector<events::CodeWithStatus>& updates) const {
  const auto brought = codeset->missing_at_or_below(decided_by(updates), brought_codes_max);
  if (!brought) {
    return base::field_error(brought.error().code, "updates", brought.error().detail);
  }
  if (brought->empty() && searches->searchless.empty()) return codeset->changes_if_updated(updates);
  Codeset after = *codeset;
  after.apply(after.changes_if_added(*brought));
  after.apply(after.changes_if_updated(updates));
  const auto gone = undecided_leftovers(after);
  after.apply(after.changes_if_removed(gone));
  return Codeset::changes_between(*codeset, after);
}

std::vector<std::string> Workspace::undecided_leftovers(const Codeset& after) const {
  std::vector<std::string> undecided;
  if (after.counts()[static_cast<std::size_t>(CodeStatus::unresolved)] == 0) return undecided;
  for (const std::string& code : searches->searchless) {
    if (after.status_of(code) == CodeStatus::unresolved) undecided.push_back(code);
  }
  auto leftovers = after.without_included_ancestor(undecided);
  std::erase_if(leftovers, [&](const std::string& code) { return own_codes->contains(code); });
  return leftovers;
}

std::vector<CodeChange> Workspace::orphans_without(SearchId search) const {
  std::set<std::string_view> found_elsewhere;
  const std::vector<std::string>* own = nullptr;
  for (const projections::SearchRecord& record : searches->records) {
    if (record.search.id == search) {
      own = &record.search.codes;
    } else {
      found_elsewhere.insert(record.search.codes.begin(), record.search.codes.end());
    }
  }
  CODELOG_CHECK(own != nullptr, "a search of the views is not in the workspace");
  std::vector<std::string> candidates;
  for (const std::string& code : *own) {
    if (!found_elsewhere.contains(code)) candidates.push_back(code);
  }
  auto orphans = codeset->without_included_ancestor(candidates);
  std::erase_if(orphans, [&](const std::string& code) { return own_codes->contains(code); });
  return codeset->changes_if_removed(orphans);
}

Result<std::shared_ptr<const Workspace>> Workspaces::of(const Views& views,
                                                        const projections::VersionRecord& draft,
                                                        const std::string& coding_system) {
  {
    const base::Lock lock(mutex_);
    for (auto at = recent_.begin(); at != recent_.end(); ++at) {
      if (at->first != draft.id) continue;
      // A release that was imported again is another release with the same alias.
      if (at->second->changed_at != draft.changed_at ||
          !is_current(views, draft, *at->second->release)) {
        recent_.erase(at);
        break;
      }
      recent_.splice(recent_.begin(), recent_, at);
      return at->second;
    }
  }
  auto release = site_.open_release(coding_system, draft.release);
  if (!release) return release.error();
  auto made = std::make_shared<Workspace>();  // shared by the commands on this draft
  made->changed_at = draft.changed_at;
  made->release = *release;
  auto codeset = std::make_shared<Codeset>(  // shared with later workspaces
      Codeset::make(coding_systems::CodeUniverse(*release), views.codes(draft.id)));
  made->searches = with_searchless(views.searches(draft.id), *codeset);
  made->codeset = std::move(codeset);
  made->own_codes = std::make_shared<OwnCodes>(site_.log, draft);  // shared with later ones
  keep(draft.id, made);
  return std::shared_ptr<const Workspace>(std::move(made));
}

bool Workspaces::is_current(const Views& views, const projections::VersionRecord& draft,
                            const coding_systems::Release& release) {
  const auto record = views.release(draft.release);
  return record && record->file_digest == release.file_digest();
}

void Workspaces::keep(VersionId draft, std::shared_ptr<const Workspace> workspace) {
  const base::Lock lock(mutex_);
  std::erase_if(recent_, [&](const auto& entry) { return entry.first == draft; });
  recent_.emplace_front(draft, std::move(workspace));
  if (recent_.size() > workspaces_max) recent_.pop_back();
}

void Workspaces::advance(VersionId draft, const Workspace& before, const Commit& commit) {
  if (commit.position <= before.changed_at) return;  // An earlier commit, returned again.
  const auto effect = effect_of(commit, draft);
  if (!effect) return;
  auto after = std::make_shared<Workspace>(before);  // shared by the commands on this draft
  auto codeset = std::make_shared<Codeset>(*before.codeset);  // shared with later workspaces
  codeset->apply(effect->changes);
  after->changed_at = commit.position;
  after->changed_by = commit.content.actor;
  after->searches = after_step(before, *effect, draft, *codeset);
  after->codeset = std::move(codeset);
  keep(draft, std::move(after));
}

}  // namespace codelog::commands
