// One I/O thread with its event loop, its connections and the sweeper of their deadlines; and what
// all shards share. Internal to server/http. Everything is for the shard's own thread unless it
// says otherwise.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "server/http/connection.h"
#include "server/http/exchange.h"

namespace codelog::http {

// How many connections there are; stop() waits for none.
class ConnectionCount {
 public:
  std::size_t value() const { return count_.load(std::memory_order_relaxed); }
  void enter() { count_.fetch_add(1, std::memory_order_relaxed); }
  void leave();
  // False after the timeout.
  bool wait_until_none(std::chrono::milliseconds timeout);
  void wait_until_none();

 private:
  std::atomic<std::size_t> count_{0};
  std::mutex mutex_;
  std::condition_variable none_;
};

// Safe from any thread.
struct Shared {
  Shared(const ServerOptions& options, Router router);

  // Takes a place on a worker or in the queue before it; the holder gives it back with
  // leave_pool().
  [[nodiscard]] bool enter_pool();
  void leave_pool() { pool_load.fetch_sub(1, std::memory_order_relaxed); }

  const Service service;
  boost::asio::thread_pool pool;
  const std::size_t pool_load_max;
  std::atomic<std::size_t> pool_load{0};
  std::atomic<std::size_t> bodies_bytes{0};
  std::atomic<std::size_t> answers_bytes{0};
  ConnectionCount connections;
  std::string id_prefix;  // random, of this run of the server
};

class Shard {
 public:
  Shard(Shared& shared, std::size_t number);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // From the thread of the caller:
  void start();
  void close_idle();  // and every connection after its current request
  void abort_all();
  void join();  // when there are no connections left

  // From any thread. The connection has been counted already.
  void add(Socket socket, std::string remote_address, Connection::Welcome welcome);

  boost::asio::io_context& context() { return context_; }
  Shared& shared() { return shared_; }
  const Service& service() const { return shared_.service; }
  const Limits& limits() const { return shared_.service.options().limits; }
  std::string_view date_line();
  std::string next_id();
  // From any thread.
  std::size_t requests_in_flight() const { return in_flight_.load(std::memory_order_relaxed); }
  void request_begins() { in_flight_.fetch_add(1, std::memory_order_relaxed); }
  void request_ends() { in_flight_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  using Connections = std::list<std::unique_ptr<Connection>>;

  void serve(Socket socket, std::string remote_address, Connection::Welcome welcome);
  Awaitable<void> sweep();

  Shared& shared_;
  const std::size_t number_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<Executor> work_{context_.get_executor()};
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>, Executor>
      sweeper_{context_};
  Connections connections_;
  DateLine date_;
  std::uint64_t ids_count_ = 0;
  bool stopping_ = false;
  bool joining_ = false;
  alignas(64) std::atomic<std::size_t> in_flight_{0};  // a cache line of its own
  std::thread thread_;
};

}  // namespace codelog::http
