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

std::string random_prefix() {
  std::random_device random;
  std::array<char, 16> text{};
  const int size = std::snprintf(text.data(), text.size(), "%08x", random());
  return std::string(text.data(), static_cast<std::size_t>(size));
}

// A deadline is noticed at most a quarter of the shortest timeout late, and no more than once in 5
// ms looked for.
std::chrono::milliseconds sweep_interval(const Limits& limits) {
  const auto shortest = std::min({limits.head_timeout, limits.idle_timeout, limits.body_timeout,
                                  limits.write_timeout, limits.linger_timeout});
  return std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(500));
}

}  // namespace

void ConnectionCount::leave() {
  if (count_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  const std::lock_guard lock(mutex_);
  none_.notify_all();
}

bool ConnectionCount::wait_until_none(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return none_.wait_for(lock, timeout, [this] { return count_.load() == 0; });
}

void ConnectionCount::wait_until_none() {
  std::unique_lock lock(mutex_);
  none_.wait(lock, [this] { return count_.load() == 0; });
}

Shared::Shared(const ServerOptions& options, Router router)
    : service(options, std::move(router)),
      pool(options.worker_threads),
      pool_load_max(options.worker_threads + options.worker_queue_max),
      id_prefix(random_prefix()) {}

bool Shared::enter_pool() {
  if (pool_load.fetch_add(1, std::memory_order_relaxed) < pool_load_max) return true;
  leave_pool();
  return false;
}

Shard::Shard(Shared& shared, std::size_t number) : shared_(shared), number_(number) {}

Shard::~Shard() { CODELOG_CHECK(!thread_.joinable(), "a shard destroyed before it was joined"); }

void Shard::start() {
  net::co_spawn(context_, sweep(), [](std::exception_ptr error) {
    CODELOG_CHECK(error == nullptr, "the sweeper threw");
  });
  thread_ = std::thread([this] { context_.run(); });
}

void Shard::add(Socket socket, std::string remote_address, Connection::Welcome welcome) {
  net::post(context_,
            [this, socket = std::move(socket), remote = std::move(remote_address),
             welcome]() mutable { serve(std::move(socket), std::move(remote), welcome); });
}

void Shard::serve(Socket socket, std::string remote_address, Connection::Welcome welcome) {
  if (stopping_) {
    socket.close();
    shared_.connections.leave();
    return;
  }
  connections_.push_back(
      std::make_unique<Connection>(*this, std::move(socket), std::move(remote_address), welcome));
  const auto place = std::prev(connections_.end());
  // By now the coroutine is gone, and whatever it threw (memory, at worst) ends its own connection
  // only.
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
  // The coarse clock is read without asking the kernel; it may lag by a tick.
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
