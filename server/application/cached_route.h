// Routes whose answers are kept: a repeated GET costs a look-up, and does not leave the I/O thread.
#pragma once

#include <functional>

#include "server/application/response_cache.h"
#include "server/http/router.h"

namespace codelog::application {

struct Answer {
  http::Response response;
  // Nothing: not to be kept.
  std::optional<ResponseCache::Scope> scope;
  base::Position made_at;  // the checkpoint of the views that it was made from
};

using MakeAnswer = std::function<Answer(const http::Request&, const http::PathParameters&)>;

// Answers GET on the pattern: from the cache, or on a worker by `make`. The whole target is the
// key, so `make` must depend on nothing else of the request. The cache must outlive the router.
void add_cached_route(http::Router& router, ResponseCache& cache, std::string pattern,
                      http::ImpliedMethods implied, MakeAnswer make);

}  // namespace codelog::application
