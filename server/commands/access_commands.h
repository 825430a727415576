// Commands that say who may read: everybody, or, where access is restricted, only the editors of
// each codelist (of a codelist, or of all codelists of an owner) or the users of the site (of
// everything). A restricted codelist does not exist for others: they cannot read, find, count,
// compare or follow it, or anything about it (projections::Views::limit_to).
#pragma once

#include "server/commands/executor.h"

namespace codelog::commands {

class AccessCommands {
 public:
  explicit AccessCommands(Executor& executor) : executor_(executor) {}

  // For the codelist's owner (members of an organisation; not collaborators) and administrators.
  // Errors: forbidden; not_found.
  Result<Commit> set_codelist_access(const Write& write, CodelistId id, bool is_restricted);
  // For all codelists of the owner, later ones too. For the user, or administrators of the
  // organisation or the site. Errors: forbidden; not_found.
  Result<Commit> set_owner_access(const Write& write, const Owner& owner, bool is_restricted);
  // Nobody can register themselves on a restricted site. For administrators of the site. Errors:
  // forbidden.
  Result<Commit> set_site_access(const Write& write, bool is_restricted);

 private:
  Executor& executor_;
};

// Adds to a decision about the codelist the event for its access, if that changes. Errors:
// forbidden.
Result<void> add_access(const Views& views, const Actor& actor,
                        const projections::CodelistRecord& codelist, bool is_restricted,
                        Decision& decision);

// True if only its editors may read the codelist, by its own setting or its owner's.
bool is_restricted(const Views& views, const projections::CodelistRecord& codelist);

// True if the actor may change who reads the codelist, or the owner's codelists.
bool can_set_access(const Views& views, const Actor& actor,
                    const projections::CodelistRecord& codelist);
bool can_set_access(const Views& views, const Actor& actor, const Owner& owner);

}  // namespace codelog::commands
