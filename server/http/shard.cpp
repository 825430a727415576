#include "server/http/shard.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <cstdio>
#include <ctime>
#include <random>

#include "events/base/check.h"

namespace codelog::http {
namespace {

namespace net = boost::asio;

// Each read that waits (for a position, or for one of the few slots for large work) has a thread
// too.
constexpr std::size_t reads_waiting_max = 64;

std::size_t processors_count(const ServerOptions& options) {
  if (options.processors > 0) return options.processors;
  return std::max<std::size_t>(2, std::thread::hardware_concurrency());
}

std::string random_prefix() {
  std::random_device random;
  std::array<char, 16> text{};
  const int size = std::snprintf(text.data(), text.size(), "%08x", random());
  return std::string(text.data(), static_cast<std::size_t>(size));
}

// A deadline is noticed late by at most a quarter of the shortest timeout; the sweeper runs at most
// once in 5 ms.
std::chrono::milliseconds sweep_interval(const Limits& limits) {
  const auto shortest =
      std::min({limits.head_timeout, limits.idle_timeout, limits.body_timeout, limits.write_timeout,
                limits.linger_timeout, limits.handler_timeout});
  return std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(500));
}

}  // namespace

void ConnectionCount::leave() {
  if (count_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  const base::Lock lock(mutex_);
  none_.notify_all();
}

bool ConnectionCount::wait_until_none(std::chrono::milliseconds timeout) {
  base::Lock lock(mutex_);
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (count_.load() != 0) {
    if (!none_.wait_until(lock, deadline)) return count_.load() == 0;
  }
  return true;
}

void ConnectionCount::wait_until_none() {
  base::Lock lock(mutex_);
  while (count_.load() != 0) none_.wait(lock);
}

Shared::Shared(const ServerOptions& options, Router router)
    : service(options, std::move(router)),
      gate({.processors_count = processors_count(options),
            .writes_max = options.worker_threads,
            .queue_max = options.worker_queue_max,
            .bytes_max = options.limits.work_bytes_max}),
      costs(service.routes_count()),
      pool(options.worker_threads + processors_count(options) + reads_waiting_max),
      id_prefix(random_prefix()) {
  if (options.metrics == nullptr) return;
  constexpr std::array<const char*, resources_count> names = {"connections", "bodies", "answers",
                                                              "queue"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    rejected_[i] = &options.metrics->counter(
        "http_rejected_total",
        "Requests and connections refused for lack of room, by what was full.",
        {{"reason", names[i]}});
  }
  abandoned_ = &options.metrics->counter("http_abandoned_total",
                                         "Requests whose client left before their turn came.");
  late_ = &options.metrics->counter("http_late_total",
                                    "Requests answered with 503 because their handler took too "
                                    "long.");
}

void Shared::count_rejected(Resource full) {
  Counter* counter = rejected_[static_cast<std::size_t>(full)];
  if (counter != nullptr) counter->add();
}

void Shared::count_abandoned() {
  if (abandoned_ != nullptr) abandoned_->add();
}

void Shared::count_late() {
  if (late_ != nullptr) late_->add();
}

Shard::Shard(Shared& shared, std::size_t number) : shared_(shared), number_(number) {}

Shard::~Shard() { CODELOG_CHECK(!thread_.joinable(), "a shard destroyed before it was joined"); }

void Shard::start() {
  net::co_spawn(context_, sweep(), [](std::exception_ptr error) {
    CODELOG_CHECK(error == nullptr, "the sweeper threw");
  });
  thread_ = std::thread([this] { context_.run(); });
}

void Shard::add(Socket socket, Connection::Origin origin, Connection::Welcome welcome) {
  net::post(context_,
            [this, socket = std::move(socket), origin = std::move(origin), welcome]() mutable {
              serve(std::move(socket), std::move(origin), welcome);
            });
}

void Shard::serve(Socket socket, Connection::Origin origin, Connection::Welcome welcome) {
  auto connection =
      std::make_unique<Connection>(*this, std::move(socket), std::move(origin), welcome);
  if (stopping_) {
    connection = nullptr;
    shared_.connections.leave();
    return;
  }
  connections_.push_back(std::move(connection));
  const auto place = std::prev(connections_.end());
  // The coroutine has ended. An exception from it (at worst, no memory) ends only its own
  // connection.
  net::co_spawn(context_, (*place)->run(), [this, place](std::exception_ptr) {
    connections_.erase(place);
    shared_.connections.leave();
  });
}

Awaitable<void> Shard::sweep() {
  const auto interval = sweep_interval(limits());
  while (!joining_) {
    sweeper_.expires_after(interval);
    const auto [error] = co_await sweeper_.async_wait(as_result);
    if (error) co_return;
    const auto now = std::chrono::steady_clock::now();
    for (const auto& connection : connections_) connection->sweep(now);
  }
}

void Shard::close_idle() {
  net::post(context_, [this] {
    stopping_ = true;
    for (const auto& connection : connections_) connection->close_if_idle();
  });
}

void Shard::abort_all() {
  net::post(context_, [this] {
    for (const auto& connection : connections_) connection->abort();
  });
}

void Shard::join() {
  net::post(context_, [this] {
    joining_ = true;
    sweeper_.cancel();
    work_.reset();
  });
  if (thread_.joinable()) thread_.join();
}

std::string_view Shard::date_line() {
  std::timespec now{};
  // Reading the coarse clock does not enter the kernel; the clock may lag by a tick.
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return date_.at(now.tv_sec);
}

std::string Shard::next_id() {
  std::string id = shared_.id_prefix;
  id += '-';
  id += std::to_string(number_);
  id += '-';
  id += std::to_string(++ids_count_);
  return id;
}

}  // namespace codelog::http
