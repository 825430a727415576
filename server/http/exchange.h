// One request and its response, and the steps between them: routing, running the handler, the
// server's own pages, records in log and metrics. Internal to server/http; uses no sockets.
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
  bool is_routed = false;    // false if the request was refused before its path was known
  bool is_answered = false;  // by the route's quick handler
  bool is_refused = false;   // by the server itself, before any handler ran

  bool wants_worker() const {
    return match.kind == RouteMatch::Kind::found && match.route->runs_on != RunsOn::io_thread;
  }
  // True if the route's handler may save a change.
  bool may_save() const {
    return match.kind == RouteMatch::Kind::found && match.route->runs_on == RunsOn::writer;
  }
  // Prepares for the next request, keeping the request's memory.
  void reset();
};

// Shared by all connections. Safe from any thread; an exchange belongs to one thread at a time.
class Service {
 public:
  Service(const ServerOptions& options, Router router);

  // Call after the head: gives the request its id and finds its route and limits. Uses
  // `generated_id` if the client gave no id.
  void route(Exchange& exchange, std::string_view generated_id) const;
  // Call after the body, for a worker route: returns true if its quick handler had the answer.
  bool answer_quickly(Exchange& exchange) const;
  // Call after the body: makes the response, unless there is one. Never throws.
  void answer(Exchange& exchange) const;
  // Answers in place of the route: a fault of the client, or 503 for lack of room.
  void refuse(Exchange& exchange, int status, std::string_view why) const;
  // The answer to a request whose handler takes too long. The handler may still be at work, so this
  // reads only the request and its match.
  Response late_answer(const Exchange& exchange) const;
  // Call when a late answer has been given, while the handler is still at work.
  void record_late(const Exchange& exchange) const;
  // Call after the response has been sent or abandoned.
  void record(const Exchange& exchange, std::size_t bytes_sent, SteadyTime now) const;

  const ServerOptions& options() const { return options_; }
  std::size_t routes_count() const { return router_.routes().size(); }

 private:
  std::string_view path_for_log(const Exchange& exchange) const;
  // The counters of one route. Each is created at its first count, so that the metrics page shows
  // only routes in use.
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
  mutable std::vector<Series> series_;  // by route number; the last for requests without a route
};

}  // namespace codelog::http
