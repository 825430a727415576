#include "server/commands/draft_commands.h"

#include <algorithm>

#include "server/commands/draft_making.h"
#include "server/commands/draft_reversal.h"
#include "server/commands/draft_steps.h"
#include "server/commands/permissions.h"
#include "server/commands/search_reruns.h"
#include "server/commands/texts.h"
#include "server/commands/typed_search.h"
#include "server/commands/uploaded_table.h"
#include "server/commands/validation.h"

namespace codelog::commands {
namespace {

using base::CodeChange;
using base::CodeStatus;
using projections::VersionRecord;

Decision step_decision(const VersionRecord& draft, std::string command, events::Event event) {
  return {std::move(command), {Stream::of_codelist(draft.codelist)}, {std::move(event)}};
}

// The assumed statuses that a step settles: those of the codes that it decides, changes or removes.
std::vector<std::string> settled_by(const Views& views, const VersionRecord& draft,
                                    const std::vector<CodeChange>& changes,
                                    const std::vector<events::CodeWithStatus>& updates) {
  if (draft.assumptions_count == 0) return {};
  std::vector<std::string> touched;
  touched.reserve(changes.size() + updates.size());
  for (const CodeChange& change : changes) touched.push_back(change.code);
  for (const events::CodeWithStatus& update : updates) touched.push_back(update.code);
  std::ranges::sort(touched);
  auto settled = views.assumptions(draft.id);
  std::erase_if(
      settled, [&](const std::string& code) { return !std::ranges::binary_search(touched, code); });
  return settled;
}

// Any code of the draft or of its release can be decided; other statuses follow from the hierarchy.
Result<void> check_updates(const std::vector<events::CodeWithStatus>& updates,
                           const Workspace& workspace) {
  if (updates.empty()) {
    return base::field_error(ErrorCode::invalid, "updates", "must not be empty");
  }
  for (std::size_t i = 0; i < updates.size(); ++i) {
    const std::string& code = updates[i].code;
    if (workspace.codeset->status_of(code)) continue;
    const auto node = workspace.release->find(code);
    if (node && workspace.release->has_concept(*node)) continue;
    return base::field_error(
        ErrorCode::invalid, "updates[" + std::to_string(i) + "]",
        "'" + code + "' is neither in the draft nor in " + workspace.release->alias());
  }
  return {};
}

Result<void> check_room_for_search(const Workspace& workspace, const AddSearch& search) {
  const std::string field = search.kind == events::SearchKind::term ? "term" : "code";
  const auto& records = workspace.searches->records;
  if (records.size() >= searches_max) {
    return base::field_error(ErrorCode::too_large, field,
                             "the draft already has " + std::to_string(searches_max) +
                                 " searches, the most that it may have; remove a search first");
  }
  std::size_t codes_count = 0;
  for (const projections::SearchRecord& record : records) codes_count += record.search.codes.size();
  if (codes_count <= searches_codes_max) return {};
  return base::field_error(ErrorCode::too_large, field,
                           "the draft's searches already find " + std::to_string(codes_count) +
                               " codes, more than " + std::to_string(searches_codes_max) +
                               "; remove a search first");
}

// No client can have seen a position beyond the log.
Result<void> check_base(const Views& views, const std::optional<Position>& base_position) {
  if (!base_position || *base_position <= views.checkpoint()) return {};
  return base::field_error(
      ErrorCode::invalid, "base_position",
      "is after the end of the log, at " + std::to_string(views.checkpoint().value()));
}

Error decided_otherwise(const std::map<std::string, CodeStatus>& others,
                        const std::vector<std::string>& codes) {
  Error error{ErrorCode::conflict, "another user has decided since: ", {}};
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::string status(base::to_string(others.at(codes[i])));
    if (i < listed_codes_max) error.detail += (i == 0 ? "" : ", ") + codes[i] + " is " + status;
    error.fields.push_back({codes[i], status});
  }
  if (codes.size() > listed_codes_max) {
    error.detail += " and " + std::to_string(codes.size() - listed_codes_max) + " more";
  }
  error.detail += ". Look at the draft as it is now, and give its position as base_position";
  return error;
}

}  // namespace

void DraftCommands::prepare(const Actor& actor, VersionId id, Turn& turn) {
  const Views views = executor_.views_for(actor);
  const auto draft = views.version(id);
  if (!draft) return;
  turn.codelist = draft->codelist;
  const auto codelist = views.codelist(draft->codelist);
  if (!codelist || draft->status != events::VersionStatus::draft) return;
  // Making the first workspace and opening its release take long, so both happen before the turn.
  // An error is found again in the turn.
  if (can_edit_draft(views, actor, *codelist, *draft)) {
    (void)workspaces_.of(views, *draft, codelist->coding_system);
  }
}

Result<Commit> DraftCommands::step(
    const Write& write, VersionId id, Turn turn,
    const std::function<Result<Decision>(const Views&, const VersionRecord&, const Workspace&)>&
        decide) {
  prepare(write.actor, id, turn);
  std::shared_ptr<const Workspace> workspace;  // the one decided on; shared with the cache
  auto commit = executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    const auto draft = views.version(id);
    if (!draft) return Error{ErrorCode::not_found, "there is no such version", {}};
    const auto codelist = views.codelist_of(*draft);
    if (!can_edit_draft(views, write.actor, codelist, *draft)) {
      return forbidden("you may not edit this draft");
    }
    if (draft->status != events::VersionStatus::draft) {
      return Error{ErrorCode::conflict, "the version is not a draft: its codes are final", {}};
    }
    auto found = workspaces_.of(views, *draft, codelist.coding_system);
    if (!found) return found.error();
    workspace = std::move(*found);
    return decide(views, *draft, *workspace);
  });
  if (commit && workspace) workspaces_.advance(id, *workspace, *commit);
  return commit;
}

Result<DraftCommands::SearchOutcome> DraftCommands::add_search(const Write& write, VersionId id,
                                                               const AddSearch& typed) {
  const AddSearch trimmed = trim_typed_search(typed);
  if (const auto good = search_slug(trimmed); !good) return good.error();
  std::optional<SearchOutcome> known;
  Prepared<ReleasePointer, Result<std::vector<std::string>>> prepared;
  auto commit = step(
      write, id, {.allocates_ids = true, .preparation = &prepared},
      [&](const Views& views, const VersionRecord& draft,
          const Workspace& workspace) -> Result<Decision> {
        known.reset();
        const AddSearch search = typed_search_in(*workspace.release, trimmed);
        const auto slug = search_slug(search);
        if (!slug) return slug.error();
        for (const projections::SearchRecord& record : workspace.searches->records) {
          if (request_of(record.search) == search) {
            known = SearchOutcome{record.search.id, record.search.codes.size(), {}, std::nullopt};
            return Decision{};
          }
        }
        if (const auto good = check_room_for_search(workspace, search); !good) return good.error();
        const auto* found =
            prepared.of(workspace.release, [&] { return find_codes(workspace.release, search); });
        if (found == nullptr) return Decision{};
        if (!*found) return found->error();
        events::SearchAdded event;
        event.version = id;
        event.release_digest = workspace.release->file_digest();
        event.changes = workspace.codeset->changes_if_added(**found);
        event.search = search_of(search);
        event.search.id = views.next_ids().search;
        event.search.slug = *slug;
        event.search.codes = **found;
        return step_decision(draft, "AddSearch", std::move(event));
      });
  if (!commit) return commit.error();
  if (known) return std::move(*known);
  const auto& added = std::get<events::SearchAdded>(commit->content.events.front());
  SearchOutcome outcome{added.search.id, added.search.codes.size(), {}, std::nullopt};
  for (const CodeChange& change : added.changes) outcome.added.push_back(change.code);
  outcome.commit = std::move(*commit);
  return outcome;
}

Result<Commit> DraftCommands::remove_search(const Write& write, VersionId id, SearchId search) {
  return step(write, id, {},
              [&](const Views& views, const VersionRecord& draft,
                  const Workspace& workspace) -> Result<Decision> {
                auto record = views.search(id, search);
                if (!record) return Error{ErrorCode::not_found, "the draft has no such search", {}};
                events::SearchRemoved event{id, std::move(record->search), {}};
                event.changes = workspace.orphans_without(search);
                event.settled = settled_by(views, draft, event.changes, {});
                return step_decision(draft, "RemoveSearch", std::move(event));
              });
}

namespace {

// In the spelling of the draft or the release.
Result<std::vector<events::CodeWithStatus>> updates_asked(const ChangeStatuses& command,
                                                          const Workspace& workspace) {
  if (command.selection) return updates_of(*command.selection, workspace);
  std::vector<events::CodeWithStatus> updates = command.updates;
  for (auto& update : updates) update.code = workspace.spelled(update.code);
  return updates;
}

}  // namespace

// The decisions of others that the command must not overwrite.
Result<std::map<std::string, CodeStatus>> DraftCommands::decided_since(
    const ChangeStatuses& command, const VersionRecord& draft, const Workspace& workspace,
    const Actor& actor) const {
  // The usual click follows the user's own, whose many changes need not be read again.
  const bool follows_own = workspace.changed_by == actor.username;
  if (follows_own && !command.base_position) return std::map<std::string, CodeStatus>();
  return decided_by_others(executor_.site().log, draft, actor, command.base_position);
}

Result<Commit> DraftCommands::change_statuses(const Write& write, VersionId id,
                                              const ChangeStatuses& command) {
  if (const auto good = check_prose("reason", command.reason); !good) return good.error();
  return step(write, id, {},
              [&](const Views& views, const VersionRecord& draft,
                  const Workspace& workspace) -> Result<Decision> {
                const auto known = check_base(views, command.base_position);
                if (!known) return known.error();
                const auto others = decided_since(command, draft, workspace, write.actor);
                if (!others) return others.error();
                auto asked = updates_asked(command, workspace);
                if (!asked) return asked.error();
                std::vector<events::CodeWithStatus> updates = std::move(*asked);
                if (command.selection && updates.empty()) return Decision{};
                std::vector<std::string> disputed;
                for (const events::CodeWithStatus& update : updates) {
                  const auto other = others->find(update.code);
                  if (other == others->end() || other->second == update.status) continue;
                  disputed.push_back(update.code);
                }
                if (!disputed.empty()) return decided_otherwise(*others, disputed);
                if (const auto good = check_updates(updates, workspace); !good) return good.error();
                auto changes = workspace.changes_of_updates(updates);
                if (!changes) return changes.error();
                events::StatusesChanged event{id, std::move(updates), command.reason,
                                              workspace.release->file_digest(),
                                              std::move(*changes)};
                event.settled = settled_by(views, draft, event.changes, event.updates);
                return step_decision(draft, "ChangeStatuses", std::move(event));
              });
}

Result<Commit> DraftCommands::reapply(const Write& write, VersionId id) {
  return step(write, id, {},
              [&](const Views& views, const VersionRecord& draft,
                  const Workspace& workspace) -> Result<Decision> {
                events::StatusesReapplied event{id, workspace.release->file_digest(),
                                                workspace.codeset->changes_if_reapplied()};
                event.settled = settled_by(views, draft, event.changes, {});
                return step_decision(draft, "ReapplyStatuses", std::move(event));
              });
}

namespace {

// The changes of an update; without `version` and `settled`.
events::StatusesReapplied update_of(const Workspace& workspace) {
  const coding_systems::Release& release = *workspace.release;
  events::StatusesReapplied event;
  event.release_digest = release.file_digest();
  coding_systems::Codeset after = *workspace.codeset;
  std::vector<std::string> gone;
  for (events::CodeWithStatus& code : after.codes()) {
    const auto node = release.find(code.code);
    if (!node || !release.has_concept(*node)) gone.push_back(std::move(code.code));
  }
  after.apply(after.changes_if_removed(gone));
  SearchReruns searches(workspace.release, request_searches_work_max);
  for (const projections::SearchRecord& record : workspace.searches->records) {
    const SearchReruns::Found& found = searches.run(record.search);
    if (found.too_many) continue;
    after.apply(after.changes_if_added(found.codes));
    if (found.codes == record.search.codes) continue;
    event.searches_removed.push_back(record.search);
    event.searches_added.push_back(record.search);
    event.searches_added.back().codes = found.codes;
  }
  after.apply(after.changes_if_added(after.missing_descendants()));
  after.apply(after.changes_if_reapplied());
  event.changes = coding_systems::Codeset::changes_between(*workspace.codeset, after);
  return event;
}

}  // namespace

Result<Commit> DraftCommands::update(const Write& write, VersionId id) {
  Prepared<std::pair<Position, ReleasePointer>, events::StatusesReapplied> prepared;
  return step(write, id, {.preparation = &prepared},
              [&](const Views& views, const VersionRecord& draft,
                  const Workspace& workspace) -> Result<Decision> {
                const auto* made = prepared.of({draft.changed_at, workspace.release},
                                               [&] { return update_of(workspace); });
                if (made == nullptr) return Decision{};
                events::StatusesReapplied event = *made;
                if (event.changes.empty() && event.searches_added.empty()) return Decision{};
                event.version = id;
                event.settled = settled_by(views, draft, event.changes, {});
                return step_decision(draft, "UpdateDraft", std::move(event));
              });
}

Result<Commit> DraftCommands::confirm_assumptions(
    const Write& write, VersionId id, const std::optional<std::vector<std::string>>& codes) {
  return step(write, id, {},
              [&](const Views& views, const VersionRecord& draft,
                  const Workspace& workspace) -> Result<Decision> {
                events::AssumptionsConfirmed event{id, views.assumptions(id)};
                if (codes) {
                  std::vector<std::string> confirmed;
                  for (std::size_t i = 0; i < codes->size(); ++i) {
                    confirmed.push_back(workspace.spelled((*codes)[i]));
                    if (std::ranges::binary_search(event.settled, confirmed.back())) continue;
                    return base::field_error(ErrorCode::invalid, "codes[" + std::to_string(i) + "]",
                                             "the status of '" + (*codes)[i] + "' is not assumed");
                  }
                  event.settled = std::move(confirmed);
                  sort_unique(event.settled);
                }
                if (event.settled.empty()) return Decision{};
                return step_decision(draft, "ConfirmAssumptions", std::move(event));
              });
}

namespace {

Decision undo_decision(const VersionRecord& draft, ReversedStep step) {
  StepEffect& back = step.effect;
  return step_decision(
      draft, "UndoStep",
      events::DraftStepUndone{draft.id, step.step, std::move(back.changes),
                              std::move(back.searches_added), std::move(back.searches_removed),
                              std::move(back.reopened)});
}

}  // namespace

Result<Commit> DraftCommands::undo(const Write& write, VersionId id,
                                   const std::optional<Position>& base_position) {
  return step(write, id, {},
              [&](const Views& views, const VersionRecord& draft,
                  const Workspace& workspace) -> Result<Decision> {
                if (const auto known = check_base(views, base_position); !known) {
                  return known.error();
                }
                auto last = last_step({executor_.site().log, views, draft, workspace, write.actor},
                                      base_position);
                if (!last) return last.error();
                return undo_decision(draft, std::move(*last));
              });
}

Result<Commit> DraftCommands::undo_own(const Write& write, VersionId id,
                                       const std::optional<Position>& own) {
  return step(
      write, id, {},
      [&](const Views& views, const VersionRecord& draft,
          const Workspace& workspace) -> Result<Decision> {
        auto found = own_step({executor_.site().log, views, draft, workspace, write.actor}, own);
        if (!found) return found.error();
        return undo_decision(draft, std::move(*found));
      });
}

Result<Commit> DraftCommands::redo(const Write& write, VersionId id,
                                   const std::optional<Position>& base_position) {
  return step(write, id, {},
              [&](const Views& views, const VersionRecord& draft,
                  const Workspace& workspace) -> Result<Decision> {
                if (const auto known = check_base(views, base_position); !known)
                  return known.error();
                auto undone = last_undone_step(
                    {executor_.site().log, views, draft, workspace, write.actor}, base_position);
                if (!undone) return undone.error();
                StepEffect& again = undone->effect;
                return step_decision(
                    draft, "RedoStep",
                    events::DraftStepRedone{
                        id, undone->step, std::move(again.changes), std::move(again.searches_added),
                        std::move(again.searches_removed), std::move(again.settled)});
              });
}

Result<Commit> DraftCommands::give_reason(const Write& write, VersionId id,
                                          const GiveReason& command) {
  if (const auto good = check_prose("reason", command.reason); !good) return good.error();
  if (command.reason.empty()) {
    return base::field_error(ErrorCode::invalid, "reason", "must not be empty");
  }
  return step(write, id, {},
              [&](const Views&, const VersionRecord& draft, const Workspace&) -> Result<Decision> {
                const auto made = made_step(executor_.site().log, draft, command.step);
                if (!made) return made.error();
                if (made->content.actor != write.actor.username) {
                  return base::field_error(ErrorCode::invalid, "step",
                                           "was made by somebody else, who knows the reason");
                }
                return step_decision(draft, "GiveReason",
                                     events::ReasonGiven{id, command.step, command.reason});
              });
}

const std::vector<CodeChange>& changes_of(const Commit& commit) {
  static const std::vector<CodeChange> none;
  for (const events::Event& event : commit.content.events) {
    const auto* found = std::visit(
        [](const auto& step) -> const std::vector<CodeChange>* {
          if constexpr (requires { step.changes; }) return &step.changes;
          return nullptr;
        },
        event);
    if (found != nullptr) return *found;
  }
  return none;
}

}  // namespace codelog::commands
