// Routes with cached answers: a repeated GET costs one look-up and stays on the I/O thread.
#pragma once

#include <functional>

#include "server/caching/response_cache.h"
#include "server/http/router.h"

namespace codelog::caching {

struct Answer {
  http::Response response;
  // Nothing: do not cache the answer.
  std::optional<ResponseCache::Scope> scope;
  base::Position made_at;  // the checkpoint of the views that gave the answer
};

// Builds the key from the parameters that the answer depends on, so that an unknown parameter does
// not make another entry.
using MakeKey = std::function<std::string(const http::Request&)>;
using MakeAnswer = std::function<Answer(const http::Request&, const http::PathParameters&)>;

struct CachedRoute {
  std::string pattern;
  // True for a request whose answer depends on who asks: it neither comes from the cache nor goes
  // there.
  std::function<bool(const http::Request&)> is_personal;
  http::ImpliedMethods implied = http::ImpliedMethods::head_and_options;
  MakeKey key;
  MakeAnswer make;
};

// Answers GET on the pattern, from the cache or by `make` on a worker. The cache must outlive the
// router.
void add_cached_route(http::Router& router, ResponseCache& cache, CachedRoute cached);

}  // namespace codelog::caching
