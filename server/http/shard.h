// One I/O thread with its event loop, its connections and the sweeper of their deadlines; and the
// data that all shards share. Internal to server/http. Only for the shard's own thread unless
// noted.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "events/base/mutex.h"
#include "server/http/budget.h"
#include "server/http/connection.h"
#include "server/http/costs.h"
#include "server/http/exchange.h"
#include "server/http/gate.h"

namespace codelog::http {

// Counts connections; stop() waits until there are none.
class ConnectionCount {
 public:
  std::size_t value() const { return count_.load(std::memory_order_relaxed); }
  void enter() { count_.fetch_add(1, std::memory_order_relaxed); }
  void leave();
  // Returns false after the timeout.
  bool wait_until_none(std::chrono::milliseconds timeout);
  void wait_until_none();

 private:
  std::atomic<std::size_t> count_{0};
  base::Mutex mutex_;
  base::Condition none_;
};

// Safe from any thread.
struct Shared {
  Shared(const ServerOptions& options, Router router);

  // For the metrics.
  void count_rejected(Resource full);
  void count_abandoned();
  void count_late();

  const Service service;
  Peers peers;     // the clients' addresses, for the budgets below
  Peers accounts;  // and accounts
  Budget places{Resource::connections, service.options().limits.connections_max};
  Budget bodies{Resource::bodies, service.options().limits.bodies_bytes_max};
  Budget answers{Resource::answers, service.options().limits.answers_bytes_max};
  Gate gate;
  Costs costs;
  // More threads than the gate lets compute, because the others wait.
  boost::asio::thread_pool pool;
  ConnectionCount connections;
  std::string id_prefix;  // random, for this run of the server

 private:
  std::array<Counter*, resources_count> rejected_{};  // none without metrics
  Counter* abandoned_ = nullptr;
  Counter* late_ = nullptr;
};

class Shard {
 public:
  Shard(Shared& shared, std::size_t number);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // Called by the thread of the caller:
  void start();
  void close_idle();  // also closes every other connection after its current request
  void abort_all();
  void join();  // when no connections are left

  // From any thread. The caller has already counted the connection.
  void add(Socket socket, Connection::Origin origin, Connection::Welcome welcome);

  boost::asio::io_context& context() { return context_; }
  Shared& shared() { return shared_; }
  const Service& service() const { return shared_.service; }
  const Limits& limits() const { return shared_.service.options().limits; }
  std::string_view date_line();
  std::string next_id();
  // From any thread.
  std::size_t requests_in_flight() const { return in_flight_.load(std::memory_order_relaxed); }
  // Only so many streams may be in the queue for processors at a time.
  bool let_stream_into_gate() {
    if (streams_at_gate_ == streams_at_gate_max) return false;
    ++streams_at_gate_;
    return true;
  }
  void stream_has_left_gate() { --streams_at_gate_; }
  void request_begins() { in_flight_.fetch_add(1, std::memory_order_relaxed); }
  void request_ends() { in_flight_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  static constexpr std::size_t streams_at_gate_max = 16;
  using Connections = std::list<std::unique_ptr<Connection>>;

  void serve(Socket socket, Connection::Origin origin, Connection::Welcome welcome);
  Awaitable<void> sweep();

  Shared& shared_;
  const std::size_t number_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<Executor> work_{context_.get_executor()};
  Timer sweeper_{context_};
  Connections connections_;
  DateLine date_;
  std::uint64_t ids_count_ = 0;
  std::size_t streams_at_gate_ = 0;
  bool stopping_ = false;
  bool joining_ = false;
  alignas(64) std::atomic<std::size_t> in_flight_{0};  // a cache line of its own
  std::thread thread_;
};

}  // namespace codelog::http
