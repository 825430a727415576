// Who may do what. OpenCodelists' rules, and where the issue tracker shows that they hurt, wider
// ones: every editor of a codelist may edit its drafts, not only the one who started them.
#pragma once

#include "server/commands/executor.h"

namespace codelog::commands {

// Collaborators, the owning user, any member of the owning organisation.
bool can_edit(const Views& views, const Actor& actor, const projections::CodelistRecord& codelist);
// Editors, and the draft's author (who keeps it after leaving the organisation).
bool can_edit_draft(const Views& views, const Actor& actor,
                    const projections::CodelistRecord& codelist,
                    const projections::VersionRecord& draft);
// Their own account, or an organisation they are a member of.
bool can_create_for(const Views& views, const Actor& actor, const Owner& owner);

Error forbidden(std::string detail);

// The owner exists. Error (not_found) otherwise.
Result<void> check_owner(const Views& views, const Owner& owner);

// "organisation/SLUG" or "user/NAME".
Result<Owner> parse_owner(std::string_view text);
std::string to_string(const Owner& owner);

}  // namespace codelog::commands
