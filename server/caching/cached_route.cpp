#include "server/caching/cached_route.h"

#include <utility>

namespace codelog::caching {

void add_cached_route(http::Router& router, ResponseCache& cache, CachedRoute cached) {
  http::Route route;
  route.methods = {http::Method::get};
  route.pattern = std::move(cached.pattern);
  route.implied = cached.implied;
  route.runs_on = http::RunsOn::worker;
  route.quick = [&cache, key = cached.key, is_personal = cached.is_personal](
                    const http::Request& request,
                    const http::PathParameters&) -> std::optional<http::Response> {
    if (is_personal(request)) return std::nullopt;
    return cache.find(key(request));
  };
  route.handler = [&cache, key = std::move(cached.key), make = std::move(cached.make),
                   is_personal = std::move(cached.is_personal)](const http::Request& request,
                                                                const http::PathParameters& path) {
    if (is_personal(request)) return make(request, path).response;
    // Another worker may have made the answer while this request waited.
    const std::string name = key(request);
    if (auto known = cache.find(name)) return std::move(*known);
    Answer answer = make(request, path);
    if (!answer.scope || answer.response.status != 200) return std::move(answer.response);
    http::Response response = http::cached(http::make_cached_body(
        std::move(answer.response.content_type), std::move(answer.response.body)));
    response.headers = std::move(answer.response.headers);
    cache.keep(name, *answer.scope, answer.made_at, response);
    return response;
  };
  router.add(std::move(route));
}

}  // namespace codelog::caching
