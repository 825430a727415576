#include "server/http/server.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <future>
#include <vector>

#include "events/base/check.h"
#include "server/http/shard.h"

namespace codelog::http {
namespace {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;
using Acceptor = net::basic_socket_acceptor<tcp, Executor>;

// At most this many connections over the limit get a 503 at the same time (and never more than the
// limit itself); further ones are just closed.
constexpr std::size_t refusals_max = 256;
// After accept() has failed, probably for lack of descriptors, an immediate retry would only waste
// the processor.
constexpr std::chrono::milliseconds accept_pause{50};

base::Error io_error(std::string what, const error_code& error) {
  return {base::ErrorCode::io, std::move(what) + ": " + error.message(), {}};
}

// An IPv4 client of a socket for both protocols shows as ::ffff:1.2.3.4.
net::ip::address plain(const net::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return net::ip::make_address_v4(net::ip::v4_mapped, address.to_v6());
}

}  // namespace

class Server::Impl {
 public:
  Impl(const ServerOptions& options, Router router);
  // NOLINTNEXTLINE(bugprone-exception-escape): without locks and threads, continuing is impossible.
  ~Impl() { stop(std::chrono::milliseconds(0)); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  base::Result<std::uint16_t> start();
  void stop(std::chrono::milliseconds grace);

 private:
  base::Result<std::uint16_t> listen();
  Awaitable<void> accept();
  void welcome(Socket socket, const tcp::endpoint& peer);
  void register_gauges();
  const ServerOptions& options() const { return shared_.service.options(); }

  Shared shared_;
  std::vector<std::unique_ptr<Shard>> shards_;
  Acceptor acceptor_;  // on the first shard's thread
  std::promise<void> accept_ended_;
  std::size_t next_shard_ = 0;
  std::vector<const char*> gauges_;  // registered; their readers need this object
  bool is_accepting_ = false;
  bool is_stopped_ = false;
};

namespace {

std::vector<std::unique_ptr<Shard>> make_shards(Shared& shared, std::size_t count) {
  CODELOG_CHECK(count > 0, "a server without I/O threads");
  std::vector<std::unique_ptr<Shard>> shards;
  for (std::size_t i = 0; i < count; ++i) shards.push_back(std::make_unique<Shard>(shared, i));
  return shards;
}

}  // namespace

Server::Impl::Impl(const ServerOptions& options, Router router)
    : shared_(options, std::move(router)),
      shards_(make_shards(shared_, options.io_threads)),
      acceptor_(shards_.front()->context()) {
  register_gauges();
}

void Server::Impl::register_gauges() {
  Metrics* metrics = options().metrics;
  if (metrics == nullptr) return;
  const auto count = [this, metrics](const char* name, const char* help, auto read) {
    metrics->gauge(name, help, {}, [read] { return static_cast<double>(read()); });
    gauges_.push_back(name);
  };
  count("http_connections", "Open connections.", [this] { return shared_.connections.value(); });
  count("http_requests_in_flight", "Requests between head and end of answer.", [this] {
    std::size_t sum = 0;
    for (const auto& shard : shards_) sum += shard->requests_in_flight();
    return sum;
  });
  count("http_worker_load", "Requests on a worker or waiting for one.",
        [this] { return shared_.gate.load(); });
  count("http_computing", "Requests that have a processor now.",
        [this] { return shared_.gate.running_count(); });
  count("http_queue", "Requests that wait for their turn.",
        [this] { return shared_.gate.queued_count(); });
  count("http_clients", "Client addresses that are connected.",
        [this] { return shared_.peers.count(); });
  count("http_bodies_bytes", "Bytes of bodies of requests in memory.",
        [this] { return shared_.bodies.used(); });
  count("http_work_bytes", "Bytes of memory set aside for requests that are worked on.",
        [this] { return shared_.gate.bytes(); });
  count("http_answers_bytes", "Bytes of answers until the kernel has taken their last byte.",
        [this] { return shared_.answers.used(); });
}

base::Result<std::uint16_t> Server::Impl::listen() {
  error_code error;
  const auto address = net::ip::make_address(options().address, error);
  if (error) {
    return base::Error{base::ErrorCode::invalid, "not an IP address: " + options().address, {}};
  }
  const tcp::endpoint endpoint(address, options().port);
  const std::string where = options().address + " port " + std::to_string(options().port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(Acceptor::reuse_address(true), error);
  // Connections inherit these options. Set them before listen(), which fixes the largest window.
  const auto bytes = [](std::size_t count) { return static_cast<int>(count); };
  if (!error) {
    acceptor_.set_option(
        net::socket_base::send_buffer_size(bytes(options().limits.send_buffer_bytes)), error);
  }
  if (!error) {
    acceptor_.set_option(
        net::socket_base::receive_buffer_size(bytes(options().limits.receive_buffer_bytes)), error);
  }
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(Acceptor::max_listen_connections, error);
  if (error) return io_error("cannot listen on " + where, error);
  const auto local = acceptor_.local_endpoint(error);
  if (error) return io_error("cannot listen on " + where, error);
  return local.port();
}

base::Result<std::uint16_t> Server::Impl::start() {
  // sendfile() has no flag against SIGPIPE when the peer has gone.
  std::signal(SIGPIPE, SIG_IGN);
  auto port = listen();
  if (!port) return port.error();
  for (const auto& shard : shards_) shard->start();
  is_accepting_ = true;
  net::co_spawn(shards_.front()->context(), accept(), [this](std::exception_ptr error) {
    CODELOG_CHECK(error == nullptr, "the server cannot accept connections any more");
    accept_ended_.set_value();
  });
  return port;
}

Awaitable<void> Server::Impl::accept() {
  net::basic_waitable_timer<std::chrono::steady_clock, net::wait_traits<std::chrono::steady_clock>,
                            Executor>
      pause(shards_.front()->context());
  while (acceptor_.is_open()) {
    tcp::endpoint peer;
    Socket socket(shards_[next_shard_]->context());
    const auto [error] = co_await acceptor_.async_accept(socket, peer, as_result);
    if (!acceptor_.is_open()) co_return;
    if (error) {
      pause.expires_after(accept_pause);
      const auto [ignored] = co_await pause.async_wait(as_result);
      (void)ignored;
      continue;
    }
    welcome(std::move(socket), peer);
  }
}

void Server::Impl::welcome(Socket socket, const tcp::endpoint& peer) {
  Connection::Origin origin;
  origin.address = plain(peer.address()).to_string();
  auto known = shared_.peers.find(origin.address);
  CODELOG_CHECK(known.has_value(), "a connection without an address: " + origin.address);
  origin.peer = std::move(*known);
  const auto& proxies = options().trusted_proxies;
  origin.is_trusted_proxy = std::ranges::find(proxies, origin.address) != proxies.end();
  const bool has_place = shared_.places.take(*origin.peer, 1, 1);
  if (!has_place) {
    shared_.count_rejected(Resource::connections);
    const std::size_t limit = options().limits.connections_max;
    const std::size_t refusals =
        shared_.connections.value() - std::min(shared_.connections.value(), shared_.places.used());
    if (refusals >= std::min(limit, refusals_max)) return;
  }
  const auto welcome = has_place ? Connection::Welcome::serve : Connection::Welcome::refuse;
  shared_.connections.enter();
  shards_[next_shard_]->add(std::move(socket), std::move(origin), welcome);
  next_shard_ = (next_shard_ + 1) % shards_.size();
}

void Server::Impl::stop(std::chrono::milliseconds grace) {
  if (is_stopped_) return;
  is_stopped_ = true;
  if (is_accepting_) {
    net::post(shards_.front()->context(), [this] {
      error_code ignored;
      acceptor_.close(ignored);
    });
    accept_ended_.get_future().wait();
  }
  for (const auto& shard : shards_) shard->close_idle();
  if (!shared_.connections.wait_until_none(grace)) {
    for (const auto& shard : shards_) shard->abort_all();
    shared_.connections.wait_until_none();
  }
  for (const auto& shard : shards_) shard->join();
  shared_.pool.join();
  for (const char* name : gauges_) options().metrics->remove_gauge(name, {});
}

Server::Server(const ServerOptions& options, Router router)
    : impl_(std::make_unique<Impl>(options, std::move(router))) {}

Server::~Server() = default;

base::Result<std::uint16_t> Server::start() { return impl_->start(); }

void Server::stop(std::chrono::milliseconds grace) { impl_->stop(grace); }

}  // namespace codelog::http
