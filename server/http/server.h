// The HTTP/1.1 server: sockets, limits, timeouts, routing, and what every response has in common.
//
//   Server server(options, std::move(router));
//   const auto port = server.start();      // listening when it returns
//   …
//   server.stop(std::chrono::seconds(10));
//
// Threads: `io_threads` each run their own event loop, and a connection stays on one of them, so
// that nothing of it is locked. Handlers run there, or on other threads, as their route says
// (RunsOn); how many of those at a time, and in which order, is decided by the gate (gate.h).
// start() and stop() belong to one thread of the caller.
//
// Load: what clients can fill is counted and bounded, for all together and for each client address
// (budget.h). What does not fit is answered with 503 and Retry-After.
//
// An exception out of a handler is answered with 500 and logged; the server goes on.
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
  // Of one request.
  std::size_t head_bytes_max = 16u << 10;   // request line and headers; beyond: 431
  std::size_t target_bytes_max = 8u << 10;  // beyond: 414
  std::size_t fields_max = 100;             // beyond: 431
  std::size_t body_bytes_max = 64u << 20;   // unless its route says less; beyond: 413

  // Of all requests together. One client address gets at most three quarters, and less the more
  // clients there are (Budget). Beyond: 503.
  std::size_t connections_max = 16'384;
  std::size_t bodies_bytes_max = std::size_t{512} << 20;   // that are being read, or wait
  std::size_t work_bytes_max = std::size_t{512} << 20;     // that handlers need; beyond: it waits
  std::size_t answers_bytes_max = std::size_t{512} << 20;  // until their clients have read them
  // In the kernel, for each connection, as the system counts it (which may use up to twice as much
  // for its own records).
  std::size_t send_buffer_bytes = 128u << 10;
  std::size_t receive_buffer_bytes = 128u << 10;

  // From the first byte of a head (or, of a new connection, from its acceptance) to its last;
  // beyond: 408.
  std::chrono::milliseconds head_timeout{10'000};
  std::chrono::milliseconds idle_timeout{75'000};  // between requests
  // A body may take this long plus a second for every `bytes_per_second_min` bytes that came
  // through: a slow line is served, a client that drips to hold a connection is not. A body cannot
  // earn more than `idle_timeout` ahead: one that came fast must not hold its memory for hours of
  // silence.
  std::chrono::milliseconds body_timeout{10'000};
  // A client must take its answer at `bytes_per_second_min`, on average over each `write_timeout`.
  // Only bytes that its machine has acknowledged count.
  std::chrono::milliseconds write_timeout{30'000};
  std::size_t bytes_per_second_min = 1024;
  // How long a request waits for its turn at most; beyond: 503.
  std::chrono::milliseconds queue_timeout{60'000};
  // How long to go on reading after an early refusal, so that the client sees it rather than a
  // reset.
  std::chrono::milliseconds linger_timeout{2'000};
};

// Makes the page for an error that no handler made: 404 (no route), 500 (exception), 503
// (overload).
using ErrorPage = std::function<Response(const Request&, int status, std::string_view detail)>;

struct ServerOptions {
  std::string address = "127.0.0.1";  // IPv4 or IPv6
  std::uint16_t port = 0;             // 0: any free one
  std::size_t io_threads = 2;
  std::size_t processors = 0;           // handlers that compute at a time; 0: as the machine has
  std::size_t worker_threads = 64;      // writes at a time: they wait for fsyncs
  std::size_t worker_queue_max = 1024;  // requests that wait for their turn; beyond: 503
  // Reverse proxies that name their client at the end of X-Forwarded-For: its address is then the
  // one that has a share and is logged. Of any other peer the header means nothing.
  std::vector<std::string> trusted_proxies;
  Limits limits;
  ErrorPage error_page;        // none: application/problem+json
  Log* log = nullptr;          // one line a request; none: no log. Must outlive the server.
  Metrics* metrics = nullptr;  // http_*; must outlive the server
};

class Server {
 public:
  Server(const ServerOptions& options, Router router);
  // stop(0) if that has not been done.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and listens; gives the port. Once only. The process ignores SIGPIPE from then on. Errors:
  // invalid (the address), io.
  base::Result<std::uint16_t> start();

  // Stops accepting, closes idle connections, lets requests in flight finish and be answered, for
  // at most `grace`; then closes what is left, drops what is queued, and joins all threads. A
  // handler that is still running is waited for, however long.
  void stop(std::chrono::milliseconds grace);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace codelog::http
