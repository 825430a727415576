#include "server/api/routes.h"

#include "server/api/endpoints.h"
#include "server/api/openapi.h"
#include "server/api/schemas.h"

namespace codelog::api {

namespace {

// In the order of the document. An endpoint may have another subject than its table.
struct Table {
  std::string_view subject;
  std::vector<Endpoint> (*endpoints)();
};
constexpr Table tables[] = {{"Finding", find_endpoints},
                            {"Releases and their codes", release_endpoints},
                            {"Releases and their codes", search_endpoints},
                            {"Codelists", codelist_endpoints},
                            {"History", history_endpoints},
                            {"History", blame_endpoints},
                            {"History", changes_endpoints},
                            {"History", replay_endpoints},
                            {"Versions", version_endpoints},
                            {"Versions", code_endpoints},
                            {"Versions", tree_endpoints},
                            {"Versions", listing_endpoints},
                            {"Drafts", draft_endpoints},
                            {"Drafts", status_endpoints},
                            {"Drafts", step_endpoints},
                            {"Drafts", presence_endpoints},
                            {"Checking uploads", upload_endpoints},
                            {"Newer releases", upgrade_endpoints},
                            {"Comparing and converting", diff_endpoints},
                            {"Comparing and converting", comparison_endpoints},
                            {"Comparing and converting", conversion_endpoints},
                            {"Proofs", proof_endpoints},
                            {"The site", site_endpoints}};

}  // namespace

std::vector<Endpoint> all_endpoints() {
  std::vector<Endpoint> all;
  for (const Table& table : tables) {
    for (Endpoint& endpoint : table.endpoints()) {
      if (endpoint.subject.empty()) endpoint.subject = table.subject;
      all.push_back(std::move(endpoint));
    }
  }
  return all;
}

void add_routes(http::Router& router, Application& application) {
  const std::vector<Endpoint> all = all_endpoints();
  for (const Endpoint& endpoint : all) {
    router.add(endpoints::route_of(endpoint, schemas(), application));
  }
  const http::CachedBody document =
      http::make_cached_body("application/json", make_openapi(all).dump());
  router.add({.methods = {http::Method::get},
              .pattern = "/api/v2/openapi.json",
              .handler = [document](auto&, auto&) { return http::cached(document); }});
}

}  // namespace codelog::api
