// One request and its response, and what turns the one into the other: routing, running the
// handler, the pages of the server itself, records in log and metrics. Internal to server/http;
// knows no sockets.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/response_head.h"
#include "server/http/router.h"
#include "server/http/server.h"

namespace codelog::http {

using SteadyTime = std::chrono::steady_clock::time_point;

struct Exchange {
  Request request;
  RouteMatch match;
  std::size_t body_bytes_max = 0;
  SteadyTime started;
  Response response;
  Delivery delivery;
  bool is_routed = false;    // false for what was refused before its path was known
  bool is_answered = false;  // by the route's quick handler
  bool is_refused = false;   // by the server itself, before any handler ran

  bool wants_worker() const {
    return match.kind == RouteMatch::Kind::found && match.route->runs_on != RunsOn::io_thread;
  }
  // Makes it ready for the next request, keeping the request's memory.
  void reset();
};

// Shared by all connections. Safe from any thread; each exchange belongs to one at a time.
class Service {
 public:
  Service(const ServerOptions& options, Router router);

  // After the head: names the request and finds its route and limits. `generated_id` is used when
  // the client gave none.
  void route(Exchange& exchange, std::string_view generated_id) const;
  // After the body, of a route that runs on a worker: true when its quick handler had the answer.
  bool answer_quickly(Exchange& exchange) const;
  // After the body: fills in the response, unless that has been done. Never throws.
  void answer(Exchange& exchange) const;
  // An answer instead of the route's: what the client did wrong, or 503 for lack of room.
  void refuse(Exchange& exchange, int status, std::string_view why) const;
  // After the response has been sent, or given up.
  void record(const Exchange& exchange, std::size_t bytes_sent, SteadyTime now) const;

  const ServerOptions& options() const { return options_; }
  std::size_t routes_count() const { return router_.routes().size(); }

 private:
  // What is counted for one route. Series are made when they first count, so that the page shows
  // only what happened.
  struct Series {
    std::array<std::atomic<Counter*>, methods_count * 6> requests{};
    std::atomic<Histogram*> duration{nullptr};
  };

  Response error_page(const Request& request, int status, std::string_view detail) const;
  Response run_handler(const Exchange& exchange) const;
  void count(const Exchange& exchange, int status, std::uint64_t duration_us) const;
  std::string_view route_name(const Exchange& exchange) const;

  const ServerOptions options_;
  const Router router_;
  mutable std::vector<Series> series_;  // by route number; then "unmatched"
};

}  // namespace codelog::http
