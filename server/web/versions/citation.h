// How to cite a version: in words, as BibTeX, and as data for search engines (schema.org).
#pragma once

#include "server/commands/version_names.h"
#include "server/web/visit.h"

namespace codelog::web {

// Shows {{#CITE}} and sets {{DATASET}}, a script's content.
void add_citation(const Visit& visit, pages::Section& page, const commands::NamedVersion& named);

}  // namespace codelog::web
