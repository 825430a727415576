// Sign-offs: whose name stands under which content of a codelist, and putting one's own there.
#pragma once

#include <vector>

#include "server/commands/version_names.h"
#include "server/http/router.h"
#include "server/web/visit.h"

namespace codelog::web {

// The sign-offs of a version's very content; none of a draft.
std::vector<events::SignOff> signoffs_of(const Visit& visit, const commands::NamedVersion& named);

// All sign-offs of a codelist, each with the version whose content it is about: `shown`, or
// another.
void add_signoffs(const Visit& visit, pages::Section& about,
                  const projections::CodelistRecord& codelist,
                  const projections::VersionRecord* shown);

// The button, and the dialog that asks before: {{>SIGN_OFF}} for a finished version. Nothing for
// those who may not, or have. The caller has checked that the visitor may edit the codelist.
void add_sign_off(const Visit& visit, pages::Section& place, const commands::NamedVersion& named);

void add_sign_off_forms(http::Router& router, application::Application& application);

}  // namespace codelog::web
