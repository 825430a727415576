#include "server/site/admin_socket.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <exception>
#include <system_error>

#include "events/base/file.h"

namespace codelog::site {
namespace {

using base::Error;
using base::ErrorCode;

constexpr int backlog = 16;
constexpr int accept_pause_ms = 50;
constexpr timeval request_timeout{10, 0};  // for a peer that connects and sends nothing

base::Result<Json> decode_request(const std::string& line) {
  Json request = Json::parse(line, nullptr, false);
  const bool good = request.is_object() && request.contains("operation") &&
                    request["operation"].is_string() && request.contains("arguments") &&
                    request["arguments"].is_object();
  if (!good) return Error{ErrorCode::invalid, "a request has an operation and arguments", {}};
  return request;
}

bool is_same_user(int connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

}  // namespace

base::Result<std::unique_ptr<AdminSocket>> AdminSocket::listen(const std::filesystem::path& data,
                                                               RunOperation run) {
  const std::filesystem::path path = data / admin_socket_name;
  auto address = admin_address(data);
  if (!address) return address.error();
  base::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return base::system_error("cannot make the socket", path);
  // On Linux the socket file gets the mode that the socket has when it is bound, so it is never
  // open to others.
  if (::fchmod(socket.get(), 0600) != 0) return base::system_error("cannot set the mode of", path);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  address->path.copy(name.sun_path, sizeof name.sun_path - 1);
  ::unlink(address->path.c_str());
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 ||
      ::listen(socket.get(), backlog) != 0) {
    return base::system_error("cannot listen on", path);
  }
  base::Descriptor wake(::eventfd(0, EFD_CLOEXEC));
  if (!wake) return base::system_error("cannot make an eventfd for", path);
  return std::unique_ptr<AdminSocket>(
      new AdminSocket(std::move(*address), std::move(socket), std::move(wake), std::move(run)));
}

AdminSocket::AdminSocket(AdminAddress address, base::Descriptor socket, base::Descriptor wake,
                         RunOperation run)
    : address_(std::move(address)),
      socket_(std::move(socket)),
      wake_(std::move(wake)),
      run_(std::move(run)),
      acceptor_([this] { accept_connections(); }) {}

AdminSocket::~AdminSocket() {
  ::unlink(address_.path.c_str());
  stopping_ = true;
  const std::uint64_t one = 1;
  const ssize_t written = ::write(wake_.get(), &one, sizeof one);
  CODELOG_CHECK(written == sizeof one, "an eventfd takes a one");
  acceptor_.join();
  base::Lock lock(mutex_);
  // Ends the waits for commands that have not come whole; commands at work end at their next
  // report.
  for (const int connection : connections_) ::shutdown(connection, SHUT_RD);
  while (!connections_.empty()) all_done_.wait(lock);
}

void AdminSocket::accept_connections() {
  for (;;) {
    pollfd waiting[2] = {{socket_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
    if (::poll(waiting, 2, -1) < 0) continue;
    if (waiting[1].revents != 0) return;
    const int connection = ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) {
      // The reason is probably a lack of descriptors. The peer still waits, and an immediate retry
      // would only waste the processor.
      if (::poll(&waiting[1], 1, accept_pause_ms) > 0) return;
      continue;
    }
    bool full = false;
    {
      const base::Lock lock(mutex_);
      full = connections_.size() == admin_connections_max;
      if (!full) connections_.insert(connection);
    }
    if (full) {
      const base::Descriptor closing(connection);
      const auto sent =
          send_line(connection,
                    encode_answer(Error{ErrorCode::unavailable, "too many commands at once", {}}));
      (void)sent;  // There is nobody to tell.
      continue;
    }
    start_to_serve(connection);
  }
}

void AdminSocket::start_to_serve(int connection) {
  try {
    std::thread([this, connection] {
      const base::Descriptor closing(connection);
      serve(connection);
      forget(connection);
    }).detach();
  } catch (const std::system_error&) {
    // The system gives no more threads. The peer sees the end of the connection, and tries again.
    const base::Descriptor closing(connection);
    forget(connection);
  }
}

void AdminSocket::forget(int connection) {
  const base::Lock lock(mutex_);
  connections_.erase(connection);
  if (connections_.empty()) all_done_.notify_all();
}

// An exception must not end the server.
base::Result<Json> AdminSocket::run(const Json& request, const ReportProgress& report) const {
  try {
    return run_(request["operation"].get_ref<const std::string&>(), request["arguments"], report);
  } catch (const std::exception& error) {
    return Error{ErrorCode::unavailable,
                 std::string("the server could not execute the command: ") + error.what(),
                 {}};
  }
}

void AdminSocket::serve(int connection) {
  if (!is_same_user(connection)) return;
  ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &request_timeout, sizeof request_timeout);
  ::setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &request_timeout, sizeof request_timeout);
  LineReceiver receiver(connection, admin_request_bytes_max);
  const auto line = receiver.receive();
  if (!line || !*line) return;
  const auto request = decode_request(**line);
  base::Result<void> sent;
  if (!request) {
    sent = send_line(connection, encode_answer(request.error()));
  } else {
    const auto report = [&](const WorkProgress& progress) {
      if (sent) sent = send_line(connection, encode_progress(progress));
      return bool(sent) && !stopping_;
    };
    const auto answer = run(*request, report);
    if (sent) sent = send_line(connection, encode_answer(answer));
  }
  // A peer that has gone can read the result of its command in the log.
}

}  // namespace codelog::site
