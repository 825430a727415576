// The steps of building a draft: search, decide, undo. Each is one small commit that holds its
// whole effect.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "server/commands/draft_making.h"
#include "server/commands/draft_selection.h"
#include "server/commands/executor.h"
#include "server/commands/workspace.h"

namespace codelog::commands {

using AddSearch = SearchRequest;

struct ChangeStatuses {
  // Included, excluded or unresolved; in order. Codes as typed (Workspace::spelled).
  std::vector<events::CodeWithStatus> updates;
  // Instead of updates: the codes that meet some conditions.
  std::optional<Selection> selection = std::nullopt;
  std::string reason;
  // The position that the client has seen. If another user has decided one of these codes since,
  // the answer is a conflict that names the changes. Default: the actor's own last step on this
  // draft.
  std::optional<Position> base_position;
};

struct GiveReason {
  Position step;  // of the draft, made by the actor
  std::string reason;
};

class DraftCommands {
 public:
  explicit DraftCommands(Executor& executor) : executor_(executor), workspaces_(executor.site()) {}

  // If the draft has the search already, nothing is committed; see `added`.
  struct SearchOutcome {
    SearchId id;
    std::uint64_t codes_count = 0;   // number of codes found
    std::vector<std::string> added;  // codes new to the draft
    std::optional<Commit> commit;    // nothing: the draft already had this search
  };
  // Takes the search as people type it (typed_search.h). Errors: invalid (see search_slug),
  // too_large in OpenCodelists' words (more than 20,000 codes).
  Result<SearchOutcome> add_search(const Write& write, VersionId id, const AddSearch& typed);
  Result<Commit> remove_search(const Write& write, VersionId id, SearchId search);
  // Errors: invalid (naming a code that the draft does not have), conflict (another user decided
  // the code).
  Result<Commit> change_statuses(const Write& write, VersionId id, const ChangeStatuses& command);
  // Confirms the assumed statuses of these typed codes, or all. Errors: invalid, for a code whose
  // status is not assumed.
  Result<Commit> confirm_assumptions(const Write& write, VersionId id,
                                     const std::optional<std::vector<std::string>>& codes);
  // Computes all inherited statuses again from the decided ones.
  Result<Commit> reapply(const Write& write, VersionId id);
  // Brings the draft up to date with its release: runs its searches again, removes codes that the
  // release does not have, adds the missing descendants of the others, and reapplies. Without any
  // change, commits nothing. A search that cannot run now, or finds too many codes, stays as it is.
  Result<Commit> update(const Write& write, VersionId id);
  // Takes the draft's last step back; does the step again that was taken back last. If another user
  // made that step (or took it back), `base_position` must include that: nobody's work is taken
  // back unseen. Errors: conflict when there is nothing to undo or redo, or, naming base_position
  // and the other user, when the client has not seen the other user's commit; invalid, for a
  // position beyond the log.
  Result<Commit> undo(const Write& write, VersionId id,
                      const std::optional<Position>& base_position = std::nullopt);
  // Takes the actor's own last step back (or this own step), among later steps of others. Errors:
  // those of own_step().
  Result<Commit> undo_own(const Write& write, VersionId id,
                          const std::optional<Position>& own = std::nullopt);
  // Says why the actor made a step, after it was made. Errors: invalid, naming "step" or "reason".
  Result<Commit> give_reason(const Write& write, VersionId id, const GiveReason& command);
  Result<Commit> redo(const Write& write, VersionId id,
                      const std::optional<Position>& base_position = std::nullopt);

  // The draft ready for work, as the views show it; they must be of the present. Errors: those of
  // opening its release.
  Result<std::shared_ptr<const Workspace>> workspace_of(const Views& views,
                                                        const projections::VersionRecord& draft) {
    return workspaces_.of(views, draft, views.codelist_of(draft).coding_system);
  }
  const Site& site() const { return executor_.site(); }

 private:
  // Does a step's slow work before its turn, and sets the turn that it needs.
  void prepare(const Actor& actor, VersionId id, Turn& turn);
  Result<Commit> step(
      const Write& write, VersionId id, Turn turn,
      const std::function<Result<Decision>(const Views&, const projections::VersionRecord&,
                                           const Workspace&)>& decide);
  Result<std::map<std::string, base::CodeStatus>> decided_since(
      const ChangeStatuses& command, const projections::VersionRecord& draft,
      const Workspace& workspace, const Actor& actor) const;

  Executor& executor_;
  Workspaces workspaces_;
};

// The changes of a draft step as the API shows them: {code: new status}; nothing for a removed
// code.
const std::vector<events::CodeChange>& changes_of(const Commit& commit);

}  // namespace codelog::commands
