#include "server/api/routes.h"

#include "server/api/endpoints.h"
#include "server/api/openapi.h"
#include "server/api/schemas.h"

namespace codelog::api {

std::vector<Endpoint> all_endpoints() {
  std::vector<Endpoint> all;
  for (auto part :
       {release_endpoints(), search_endpoints(), codelist_endpoints(), history_endpoints(),
        version_endpoints(), draft_endpoints(), status_endpoints(), step_endpoints(),
        presence_endpoints(), code_endpoints(), tree_endpoints(), upgrade_endpoints(),
        conversion_endpoints(), diff_endpoints(), comparison_endpoints()}) {
    std::move(part.begin(), part.end(), std::back_inserter(all));
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
