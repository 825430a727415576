// What people who may edit a codelist do to begin its next version.
#pragma once

#include "server/commands/version_names.h"
#include "server/web/visit.h"

namespace codelog::web {

// Fills {{>NEW_VERSION}}: a button that begins a draft from this version, off while there is a
// draft already, with the way to that one; or the way to the form for another table.
void add_new_version(const Visit& visit, pages::Section& place, const commands::NamedVersion& named,
                     const std::string& words);

}  // namespace codelog::web
