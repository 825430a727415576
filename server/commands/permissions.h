// Permissions: OpenCodelists' rules, relaxed where its users reported problems. Every editor of a
// codelist may edit its drafts, not only a draft's author.
#pragma once

#include "server/commands/executor.h"

namespace codelog::commands {

// True for collaborators, the owning user, and any member of the owning organisation.
bool can_edit(const Views& views, const Actor& actor, const projections::CodelistRecord& codelist);
// True for editors, and for the draft's author (even after leaving the organisation).
bool can_edit_draft(const Views& views, const Actor& actor,
                    const projections::CodelistRecord& codelist,
                    const projections::VersionRecord& draft);
// True for the actor's own account, and for an organisation that the actor is a member of.
bool can_create_for(const Views& views, const Actor& actor, const Owner& owner);

Error forbidden(std::string detail);

// Checks that the actor is an administrator or the site itself. Errors: forbidden.
Result<void> check_admin(const Actor& actor);

// Checks that the owner exists. Errors: not_found.
Result<void> check_owner(const Views& views, const Owner& owner);

// "organisation/SLUG" or "user/NAME".
Result<Owner> parse_owner(std::string_view text);

}  // namespace codelog::commands
