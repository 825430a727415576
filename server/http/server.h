// The HTTP/1.1 server: sockets, limits, timeouts, routing, and the common parts of all responses.
//
//   Server server(options, std::move(router));
//   const auto port = server.start();      // listening when it returns
//   …
//   server.stop(std::chrono::seconds(10));
//
// Threads: each of `io_threads` runs its own event loop, and a connection stays on one of them, so
// that it needs no locks. Handlers run there or on other threads, according to their route
// (RunsOn); the gate (gate.h) decides how many run at a time, and in which order. start() and
// stop() belong to one thread of the caller.
//
// Load: all resources that clients can use up are counted and bounded, for all together and for
// each client address (budget.h). A request beyond a bound gets 503 and Retry-After.
//
// An exception from a handler is answered with 500 and logged; the server continues.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"
#include "server/http/log.h"
#include "server/http/metrics.h"
#include "server/http/router.h"

namespace codelog::http {

struct Limits {
  // Limits of one request.
  std::size_t head_bytes_max = 16u << 10;   // request line and headers; beyond: 431
  std::size_t target_bytes_max = 8u << 10;  // beyond: 414
  std::size_t fields_max = 100;             // beyond: 431
  std::size_t body_bytes_max = 64u << 20;   // unless its route says less; beyond: 413

  // Limits of all requests together. One client address gets at most three quarters, and less the
  // more clients there are (Budget). Beyond: 503.
  std::size_t connections_max = 16'384;
  std::size_t bodies_bytes_max = std::size_t{512} << 20;  // bodies being read or waiting
  // memory that handlers need; beyond: a request waits
  std::size_t work_bytes_max = std::size_t{512} << 20;
  // answers, until the kernel has taken their last byte
  std::size_t answers_bytes_max = std::size_t{512} << 20;
  // In the kernel, for each connection, as the system counts it (the system may use twice as much).
  std::size_t send_buffer_bytes = 128u << 10;
  std::size_t receive_buffer_bytes = 128u << 10;

  // From the first byte of a head (on a new connection, from its acceptance) to its last byte;
  // beyond: 408.
  std::chrono::milliseconds head_timeout{10'000};
  std::chrono::milliseconds idle_timeout{75'000};  // between requests
  // A body may take this long plus a second for every `bytes_per_second_min` bytes received. So a
  // slow line is served, and a client that drips bytes to hold a connection is not. A body cannot
  // earn more than `idle_timeout` ahead, so that a fast start does not allow hours of silence.
  std::chrono::milliseconds body_timeout{10'000};
  // A client must take its answer at `bytes_per_second_min`, on average over each `write_timeout`.
  // Only bytes acknowledged by its machine count.
  std::chrono::milliseconds write_timeout{30'000};
  std::size_t bytes_per_second_min = 1024;
  // The longest wait of a request for its turn; beyond: 503.
  std::chrono::milliseconds queue_timeout{60'000};
  // The longest work of a worker's or writer's handler, from its turn on; beyond: 503, and the
  // connection is closed. More than a write waits for the disk (LogOptions::append_wait_max), so
  // that the log's own answer usually comes first. Reading a body, waiting for the turn and sending
  // an answer do not count.
  std::chrono::milliseconds handler_timeout{60'000};
  // Reading continues this long after an early refusal, so that the client sees the answer instead
  // of a reset.
  std::chrono::milliseconds linger_timeout{2'000};
};

// Makes the page for an error without a handler: 404 (no route), 500 (exception), 503 (overload).
using ErrorPage = std::function<Response(const Request&, int status, std::string_view detail)>;

struct ServerOptions {
  std::string address = "127.0.0.1";  // IPv4 or IPv6
  std::uint16_t port = 0;             // 0: any free port
  std::size_t io_threads = 2;
  std::size_t processors = 0;           // handlers that compute at a time; 0: the machine's number
  std::size_t worker_threads = 64;      // writes at a time, since they wait for fsyncs
  std::size_t worker_queue_max = 1024;  // requests waiting for their turn; beyond: 503
  // Reverse proxies that add their client's address at the end of X-Forwarded-For. That address
  // then gets the share and appears in the log. The header of any other peer is ignored.
  std::vector<std::string> trusted_proxies;
  Limits limits;
  ErrorPage error_page;        // empty: application/problem+json
  Log* log = nullptr;          // one line for each request; null: no log. Must outlive the server.
  Metrics* metrics = nullptr;  // http_*; must outlive the server
};

class Server {
 public:
  Server(const ServerOptions& options, Router router);
  // Calls stop(0) if the server is still running.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and listens; returns the port. Call once. Afterwards the process ignores SIGPIPE. Errors:
  // invalid (the address), io.
  base::Result<std::uint16_t> start();

  // Stops accepting, closes idle connections, and lets requests in flight finish for at most
  // `grace`. Then closes the other connections, drops queued requests, and joins all threads. Waits
  // for a running handler, however long it takes.
  void stop(std::chrono::milliseconds grace);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace codelog::http
