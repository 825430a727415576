// Codelists, for administrators of the site: find, hand over, delete, bring back.
#pragma once

#include <string_view>
#include <vector>

#include "server/http/router.h"
#include "server/web/visit.h"

namespace codelog::web {

void add_superuser_codelists(http::Router& router, application::Application& application);

// Those whose name or "owner/slug" has the text, ignoring case; by name.
std::vector<projections::CodelistRecord> find_all_codelists(const Visit& visit,
                                                            std::string_view text);
void add_codelist_row(const Visit& visit, pages::Section& place,
                      const projections::CodelistRecord& codelist);

}  // namespace codelog::web
