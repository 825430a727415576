// The steps of building a draft: search, decide, undo. Each is one small commit that carries its
// whole effect.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "server/commands/draft_making.h"
#include "server/commands/executor.h"
#include "server/commands/workspace.h"

namespace codelog::commands {

using AddSearch = SearchRequest;

struct ChangeStatuses {
  std::vector<events::CodeWithStatus> updates;  // included, excluded or unresolved; in order
  std::string reason;
  // What the client had seen. If somebody else has decided one of these codes since, the answer is
  // a conflict that says what changed. Without it: since the actor's own last step on this draft.
  std::optional<Position> base_position;
};

class DraftCommands {
 public:
  explicit DraftCommands(Executor& executor) : executor_(executor), workspaces_(executor.site()) {}

  // The search is there already: its earlier commit is not repeated; see `added` below.
  struct SearchOutcome {
    SearchId id;
    std::uint64_t codes_count = 0;   // found
    std::vector<std::string> added;  // new to the draft
    std::optional<Commit> commit;    // nothing: the draft had this search
  };
  // The search is read as a person types it (typed_search.h). Errors: invalid (see search_slug),
  // too_large in OpenCodelists' words (more than 20,000 codes).
  Result<SearchOutcome> add_search(const Write& write, VersionId id, const AddSearch& typed);
  Result<Commit> remove_search(const Write& write, VersionId id, SearchId search);
  // Errors: invalid (naming the code that the draft does not have), conflict (somebody else decided
  // it).
  Result<Commit> change_statuses(const Write& write, VersionId id, const ChangeStatuses& command);
  // These assumed statuses, or all, are as they should be. Errors: invalid, for a code whose status
  // is not assumed.
  Result<Commit> confirm_assumptions(const Write& write, VersionId id,
                                     const std::optional<std::vector<std::string>>& codes);
  // All inherited statuses anew from the decided ones.
  Result<Commit> reapply(const Write& write, VersionId id);
  // Errors: conflict when there is nothing to undo or redo.
  Result<Commit> undo(const Write& write, VersionId id);
  Result<Commit> redo(const Write& write, VersionId id);

 private:
  // What a step does before its turn, and whose turn it needs.
  void prepare(const Actor& actor, VersionId id, Turn& turn);
  Result<Commit> step(
      const Write& write, VersionId id, Turn turn,
      const std::function<Result<Decision>(const Views&, const projections::VersionRecord&,
                                           const Workspace&)>& decide);

  Executor& executor_;
  Workspaces workspaces_;
};

// The changes of a draft step as the API shows them: {code: new status}, nothing for a code that
// has gone.
const std::vector<events::CodeChange>& changes_of(const Commit& commit);

}  // namespace codelog::commands
