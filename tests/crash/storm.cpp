#include "tests/crash/storm.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <fstream>
#include <utility>

namespace codelog::tools::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds turn_interval{100};
constexpr milliseconds health_interval{20};
constexpr milliseconds large_interval{300};
constexpr std::size_t head_bytes_kept = 64;
constexpr int receive_buffer_bytes = 16 << 10;
constexpr std::size_t read_bytes_max = 64u << 10;

double ms_since(steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - start).count();
}

int connect_from(const std::string& source, std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  REQUIRE(socket >= 0);
  ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  REQUIRE(::inet_pton(AF_INET, source.c_str(), &address.sin_addr) == 1);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  REQUIRE(::bind(socket, generic, sizeof address) == 0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  // The result of the connection shows at the first turn.
  (void)::connect(socket, generic, sizeof address);
  return socket;
}

}  // namespace

Storm::~Storm() { leave(); }

void Storm::leave() {
  for (const Client& client : clients_) ::close(client.socket);
  clients_.clear();
}

void Storm::add(const Conduct& conduct) {
  Client client;
  client.socket = connect_from(conduct.source, port_);
  client.conduct = conduct;
  clients_.push_back(std::move(client));
}

void Storm::turn(Client& client) {
  const std::string& request = client.conduct.request;
  while (client.sent_bytes < request.size()) {
    const ssize_t sent = ::send(client.socket, request.data() + client.sent_bytes,
                                request.size() - client.sent_bytes, MSG_NOSIGNAL);
    if (sent <= 0) break;
    client.sent_bytes += static_cast<std::size_t>(sent);
  }
  char bytes[read_bytes_max];
  const bool wants_head = client.head.size() < head_bytes_kept;
  const std::size_t wanted =
      std::min(std::max(client.conduct.read_bytes, wants_head ? head_bytes_kept : 0), sizeof bytes);
  if (wanted == 0) return;
  const ssize_t received = ::recv(client.socket, bytes, wanted, 0);
  if (received > 0 && wants_head) client.head.append(bytes, static_cast<std::size_t>(received));
  const bool has_nothing = errno == EAGAIN || errno == EINPROGRESS || errno == ENOTCONN;
  client.is_over = received == 0 || (received < 0 && !has_nothing);
}

void Storm::act_for(milliseconds duration, bool until_all_answered) {
  const auto end = steady_clock::now() + duration;
  while (steady_clock::now() < end) {
    bool all_answered = true;
    for (Client& client : clients_) {
      if (!client.is_over) turn(client);
      all_answered = all_answered && was_answered(client);
    }
    if (all_answered && until_all_answered) return;
    std::this_thread::sleep_for(turn_interval);
  }
}

bool Storm::was_answered(std::size_t client, int status) const {
  return clients_.at(client).head.starts_with("HTTP/1.1 " + std::to_string(status));
}

std::size_t Storm::answered_count(int status) const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < clients_.size(); ++i) count += was_answered(i, status) ? 1 : 0;
  return count;
}

Bystander::Bystander(std::uint16_t port, std::string large_target)
    : port_(port),
      large_target_(std::move(large_target)),
      health_([this] { ask_for_health(); }),
      large_([this] { ask_for_large(); }) {}

Bystander::~Bystander() {
  stopping_ = true;
  health_.join();
  large_.join();
}

void Bystander::add_surprise(const std::string& what) {
  const std::lock_guard lock(mutex_);
  seen_.surprises.push_back(what.substr(0, 200));
}

void Bystander::ask_for_health() {
  while (!stopping_) {
    const auto start = steady_clock::now();
    // A new connection each time, as a load balancer makes.
    auto client = HttpClient::connect(port_);
    auto answer = client ? client->send({.target = "/health-check/"}) : client.error();
    if (!answer || answer->status != 200) {
      add_surprise("health: " + (answer ? answer->head : answer.error().detail));
    }
    {
      const std::lock_guard lock(mutex_);
      seen_.health_ms.push_back(ms_since(start));
    }
    std::this_thread::sleep_for(health_interval);
  }
}

void Bystander::ask_for_large() {
  auto client = HttpClient::connect(port_, std::chrono::seconds(120));
  while (!stopping_ && client) {
    const auto start = steady_clock::now();
    const auto answer = client->send({.target = large_target_});
    if (!answer || answer->status != 200) {
      add_surprise("large: " + (answer ? answer->head : answer.error().detail));
      client = HttpClient::connect(port_, std::chrono::seconds(120));
    } else {
      const std::lock_guard lock(mutex_);
      ++seen_.large_count;
      seen_.large_ms_max = std::max(seen_.large_ms_max, ms_since(start));
    }
    std::this_thread::sleep_for(large_interval);
  }
}

Bystander::Seen Bystander::take() {
  const std::lock_guard lock(mutex_);
  Seen seen = std::exchange(seen_, {});
  std::ranges::sort(seen.health_ms);
  return seen;
}

void Bystander::wait_for_large(std::size_t count) const {
  const auto end = steady_clock::now() + std::chrono::seconds(120);
  while (steady_clock::now() < end) {
    {
      const std::lock_guard lock(mutex_);
      if (seen_.large_count >= count || !seen_.surprises.empty()) return;
    }
    std::this_thread::sleep_for(turn_interval);
  }
}

double Bystander::Seen::health_p99_ms() const {
  if (health_ms.empty()) return 0;
  return health_ms[(health_ms.size() - 1) * 99 / 100];
}

double own_memory_bytes(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  double bytes = 0;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:") || line.starts_with("RssShmem:")) {
      bytes += std::stod(line.substr(line.find(':') + 1)) * 1024;
    }
  }
  return bytes;
}

}  // namespace codelog::tools::test
