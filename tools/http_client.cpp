#include "tools/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "events/base/text.h"

namespace codelog::tools {
namespace {

base::Error broken(const std::string& what) {
  return {base::ErrorCode::unavailable, what + ": " + std::strerror(errno), {}};
}

base::Error not_http(const std::string& what) {
  return {base::ErrorCode::corrupt, "not an HTTP answer: " + what, {}};
}

std::string encode(const HttpRequest& request) {
  std::string text = request.method + " " + request.target + " HTTP/1.1\r\nHost: localhost\r\n";
  for (const auto& [name, value] : request.headers) text += name + ": " + value + "\r\n";
  if (!request.body.empty() || request.method != "GET") {
    text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  return text + "\r\n" + request.body;
}

bool has_body(const HttpRequest& request, int status) {
  return request.method != "HEAD" && status != 204 && status != 304;
}

}  // namespace

std::string_view HttpAnswer::header(std::string_view name) const {
  const std::string wanted = base::ascii_lower(name);
  std::string_view rest = head;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find("\r\n"), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (base::ascii_lower(line.substr(0, colon)) != wanted) continue;
    return base::trim_unicode_space(line.substr(colon + 1));
  }
  return {};
}

base::Result<HttpClient> HttpClient::connect(std::uint16_t port, std::chrono::seconds timeout) {
  base::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return broken("cannot make a socket");
  const int descriptor = socket.get();
  HttpClient client(std::move(socket));
  const timeval limit{timeout.count(), 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const int yes = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return broken("cannot connect to 127.0.0.1:" + std::to_string(port));
  }
  return client;
}

base::Result<void> HttpClient::fill() {
  char block[65536];
  for (;;) {
    const ssize_t size = ::recv(socket_.get(), block, sizeof block, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return broken("no answer");
    if (size == 0) {
      return base::Error{base::ErrorCode::unavailable, "the server closed the connection", {}};
    }
    buffer_.append(block, static_cast<std::size_t>(size));
    return {};
  }
}

base::Result<HttpAnswer> HttpClient::send(const HttpRequest& request) {
  const std::string text = encode(request);
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t size =
        ::send(socket_.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return broken("cannot send");
    sent += static_cast<std::size_t>(size);
  }
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (const auto more = fill(); !more) return more.error();
  }
  HttpAnswer answer;
  answer.head = buffer_.substr(0, end);
  buffer_.erase(0, end + 4);
  constexpr std::string_view version = "HTTP/1.1 ";
  if (!answer.head.starts_with(version)) return not_http(answer.head);
  const char* digits = answer.head.data() + version.size();
  std::from_chars(digits, digits + 3, answer.status);
  if (!has_body(request, answer.status)) return answer;
  const std::string_view declared = answer.header("content-length");
  std::size_t size = 0;
  const auto [after, error] =
      std::from_chars(declared.data(), declared.data() + declared.size(), size);
  if (declared.empty() || error != std::errc()) return not_http("it has no length");
  while (buffer_.size() < size) {
    if (const auto more = fill(); !more) return more.error();
  }
  answer.body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return answer;
}

}  // namespace codelog::tools
