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

// What an answer depends on, so that a parameter nobody knows does not make it another.
using MakeKey = std::function<std::string(const http::Request&)>;
using MakeAnswer = std::function<Answer(const http::Request&, const http::PathParameters&)>;

struct CachedRoute {
  std::string pattern;
  http::ImpliedMethods implied = http::ImpliedMethods::head_and_options;
  MakeKey key;
  MakeAnswer make;
};

// Answers GET on the pattern: from the cache, or on a worker by `make`. The cache must outlive the
// router.
void add_cached_route(http::Router& router, ResponseCache& cache, CachedRoute cached);

}  // namespace codelog::application
