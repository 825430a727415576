// The endpoints of the native API, by subject.
#pragma once

#include <vector>

#include "server/api/parameters.h"
#include "server/endpoints/endpoint.h"

namespace codelog::api {

using application::Application;
using base::Error;
using base::ErrorCode;
using base::Result;
using endpoints::Act;
using endpoints::Endpoint;
using endpoints::keep_answer;
using endpoints::number_in_query;
using endpoints::Outcome;
using endpoints::ReadCall;
using endpoints::WriteCall;
using events::Commit;
using projections::Views;

std::vector<Endpoint> release_endpoints();
std::vector<Endpoint> search_endpoints();
std::vector<Endpoint> codelist_endpoints();
std::vector<Endpoint> history_endpoints();
std::vector<Endpoint> blame_endpoints();
std::vector<Endpoint> changes_endpoints();
std::vector<Endpoint> replay_endpoints();
std::vector<Endpoint> version_endpoints();
std::vector<Endpoint> draft_endpoints();
std::vector<Endpoint> code_endpoints();
std::vector<Endpoint> status_endpoints();
std::vector<Endpoint> step_endpoints();
std::vector<Endpoint> presence_endpoints();
std::vector<Endpoint> tree_endpoints();
std::vector<Endpoint> listing_endpoints();
std::vector<Endpoint> conversion_endpoints();
std::vector<Endpoint> diff_endpoints();
std::vector<Endpoint> comparison_endpoints();
std::vector<Endpoint> upgrade_endpoints();
std::vector<Endpoint> find_endpoints();
std::vector<Endpoint> upload_endpoints();
std::vector<Endpoint> site_endpoints();
std::vector<Endpoint> proof_endpoints();

// All of these; the OpenAPI document itself has none.
std::vector<Endpoint> all_endpoints();

}  // namespace codelog::api
