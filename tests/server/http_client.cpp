#include "tests/server/http_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>

#include "events/base/text.h"
#include "events/base/waiting.h"

namespace codelog::http::test {
namespace {

constexpr std::chrono::seconds patience{20};

Answer parse_head(const std::string& head) {
  Answer answer;
  answer.head = head;
  answer.status = std::stoi(head.substr(9, 3));
  std::size_t at = head.find("\r\n") + 2;
  while (head.compare(at, 2, "\r\n") != 0) {
    const std::size_t end = head.find("\r\n", at);
    const std::size_t colon = head.find(": ", at);
    const std::string name = base::ascii_lower(head.substr(at, colon - at));
    std::string& value = answer.headers[name];
    if (!value.empty()) value += ", ";
    value += head.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  return answer;
}

Response number(const Request&, const PathParameters& parameters) {
  return content(200, "text/plain", std::string(parameters["n"]));
}

Response echo(const Request& request, const PathParameters&) {
  return content(200, "application/octet-stream", request.body);
}

Response text_of(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * i % 26);
  return content(200, "text/plain", std::move(text));
}

using Handle = Response (*)(const Request&, const PathParameters&);

void add_echoes(Router& router) {
  router.add({{Method::post}, "/echo", RunsOn::io_thread, echo});
  router.add({{Method::post}, "/small-echo", RunsOn::io_thread, echo, 1000});
  router.add({{Method::post}, "/worker-echo", RunsOn::worker, echo});
  router.add({{Method::get}, "/number/{n:digits}", RunsOn::io_thread, number});
  router.add({{Method::get}, "/worker-number/{n:digits}", RunsOn::worker, number});
}

void add_pages(Router& router) {
  const auto on_io_thread = [&router](std::string pattern, Handle handle) {
    router.add({{Method::get}, std::move(pattern), RunsOn::io_thread, handle});
  };
  on_io_thread("/hello", [](const Request&, const PathParameters&) {
    return content(200, "text/plain", "hello");
  });
  on_io_thread("/page/{name}/", [](const Request&, const PathParameters& parameters) {
    return html(200, "<p>" + std::string(parameters["name"]));
  });
  on_io_thread("/cached", [](const Request&, const PathParameters&) {
    static const CachedBody body =
        make_cached_body("application/json", "\"" + std::string(1998, 'x') + "\"");
    return cached(body);
  });
  on_io_thread("/cached-large", [](const Request&, const PathParameters&) {
    static const CachedBody body = make_cached_body("application/json", large_text());
    return cached(body);
  });
  on_io_thread("/text/{n:digits}", [](const Request&, const PathParameters& parameters) {
    return text_of(std::stoul(std::string(parameters["n"])));
  });
  on_io_thread("/secret", [](const Request&, const PathParameters&) {
    Response response = text_of(2000);
    response.compression = Compression::never;
    return response;
  });
  on_io_thread("/tagged", [](const Request&, const PathParameters&) {
    Response response = content(200, "text/plain", "tagged");
    response.etag = "\"of tagged\"";
    return response;
  });
  on_io_thread("/injects", [](const Request&, const PathParameters&) {
    return html(200, "").add("X-Name", "a\r\nSet-Cookie: b").add("Vary", "Accept");
  });
  on_io_thread("/throws", [](const Request&, const PathParameters&) -> Response {
    throw std::runtime_error("the handler's reason");
  });
  on_io_thread("/throws-int", [](const Request&, const PathParameters&) -> Response { throw 1; });
  router.add({{}, "/health-check/", RunsOn::io_thread, [](const Request&, const PathParameters&) {
                return html(200, "");
              }});
  router.add({{Method::get, Method::post},
              "/strict",
              RunsOn::io_thread,
              [](const Request&, const PathParameters&) { return html(200, "strict"); },
              {},
              ImpliedMethods::none});
}

}  // namespace

Client::Client(std::uint16_t port, const char* source)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval timeout{patience.count(), 0};
  const int on = 1;
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  ::inet_pton(AF_INET, source, &address.sin_addr);
  ::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    ::close(socket_);
    throw std::runtime_error("cannot connect to the test server");
  }
}

Client::~Client() {
  if (socket_ >= 0) ::close(socket_);
}

Client::Client(Client&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      input_(std::move(other.input_)),
      skimmed_bytes_(other.skimmed_bytes_) {}

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Client::read_more() {
  char bytes[65536];
  const ssize_t received = ::recv(socket_, bytes, sizeof(bytes), 0);
  if (received <= 0) return false;
  input_.append(bytes, static_cast<std::size_t>(received));
  return true;
}

std::optional<Answer> Client::read(std::string_view method) {
  std::size_t head_end = std::string::npos;
  while ((head_end = input_.find("\r\n\r\n")) == std::string::npos) {
    if (!read_more()) return std::nullopt;
  }
  Answer answer = parse_head(input_.substr(0, head_end + 4));
  input_.erase(0, head_end + 4);
  if (method == "HEAD" || !answer.has("content-length")) return answer;
  const std::size_t length = std::stoul(answer.header("content-length"));
  while (input_.size() < length) {
    if (!read_more()) return std::nullopt;
  }
  answer.body = input_.substr(0, length);
  input_.erase(0, length);
  return answer;
}

std::optional<Answer> Client::answer() { return read("GET"); }
std::optional<Answer> Client::answer_to_head() { return read("HEAD"); }

std::optional<Answer> Client::ask(std::string_view request) {
  return send(request) ? answer() : std::nullopt;
}

std::string Client::read_until(std::string_view last) {
  std::size_t found = std::string::npos;
  while ((found = input_.find(last)) == std::string::npos && read_more()) {
  }
  if (found == std::string::npos) return std::exchange(input_, {});
  std::string bytes = input_.substr(0, found + last.size());
  input_.erase(0, bytes.size());
  return bytes;
}

bool Client::is_at_end() {
  char byte = 0;
  const ssize_t received = input_.empty() ? ::recv(socket_, &byte, 1, 0) : 1;
  const bool reset = received < 0 && errno == ECONNRESET;
  return received == 0 || reset;
}

bool Client::has_input_within(std::chrono::milliseconds timeout) {
  pollfd wanted{socket_, POLLIN, 0};
  return !input_.empty() || ::poll(&wanted, 1, static_cast<int>(timeout.count())) > 0;
}

bool Client::begins_with(std::string_view text) const {
  std::string bytes = input_;
  if (bytes.empty()) {
    bytes.resize(text.size());
    const ssize_t peeked = ::recv(socket_, bytes.data(), bytes.size(), MSG_PEEK);
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(peeked, 0)));
  }
  return bytes.starts_with(text);
}

void Client::finish_sending() { ::shutdown(socket_, SHUT_WR); }

bool Client::skim() {
  input_.clear();
  const bool has_more = read_more();
  skimmed_bytes_ += input_.size();
  return has_more;
}

void Client::hang_up() {
  const linger reset{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  ::close(socket_);
  socket_ = -1;
}

std::string large_text() {
  std::mt19937 random(1);
  std::string text;
  while (text.size() < 300'000) text += std::to_string(random()) + ",";
  return text;
}

std::string get(std::string_view target, std::string_view header_lines) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(header_lines) +
         "\r\n";
}

std::string post(std::string_view target, std::string_view body, std::string_view header_lines) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(header_lines) + "\r\n" + std::string(body);
}

TestServer::TestServer(ServerOptions options) {
  Router router;
  add_echoes(router);
  add_pages(router);
  router.add(
      {{Method::get}, "/door", RunsOn::worker, [this](const Request&, const PathParameters&) {
         door_.wait();
         return content(200, "text/plain", "open");
       }});
  router.add({{Method::post},
              "/worker-door",
              RunsOn::worker,
              [this](const Request&, const PathParameters&) {
                door_.wait();
                return content(200, "text/plain", "open");
              }});
  router.add(
      {{Method::post}, "/door", RunsOn::writer, [this](const Request&, const PathParameters&) {
         const base::Waiting waiting;
         door_.wait();
         return content(200, "text/plain", large_text());
       }});
  options.metrics = &metrics_;
  if (options.worker_threads == ServerOptions().worker_threads) options.worker_threads = 4;
  server_ = std::make_unique<Server>(options, std::move(router));
  auto port = server_->start();
  if (!port) throw std::runtime_error(port.error().detail);
  port_ = *port;
}

TestServer::~TestServer() {
  door_.open();  // a test that failed must not leave its handlers waiting
  server_->stop(patience);
}

bool TestServer::shows(const std::string& line) const {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    if (("\n" + metrics_.render()).find("\n" + line + "\n") != std::string::npos) return true;
    std::this_thread::yield();
  }
  return false;
}

}  // namespace codelog::http::test
