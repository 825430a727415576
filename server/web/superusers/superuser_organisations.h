// Organisations, for administrators of the site: find, add, change.
#pragma once

#include <string_view>
#include <vector>

#include "server/http/router.h"
#include "server/web/visit.h"

namespace codelog::web {

void add_superuser_organisations(http::Router& router, application::Application& application);

// Those whose slug or name has the text, ignoring case.
std::vector<projections::OrganisationRecord> find_organisations(const Visit& visit,
                                                                std::string_view text);
void add_organisation_row(const Visit& visit, pages::Section& place,
                          const projections::OrganisationRecord& organisation);

}  // namespace codelog::web
