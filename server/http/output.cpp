#include "server/http/output.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "events/base/check.h"

namespace codelog::http {

using boost::system::error_code;

void Output::set(std::string_view head, std::string_view body, int body_file) {
  left_ = {boost::asio::const_buffer(head.data(), head.size()),
           boost::asio::const_buffer(body.data(), body.size())};
  all_bytes_ = head.size() + body.size();
  body_file_ = body_file;
  body_bytes_ = body.size();
  sent_bytes_ = 0;
}

std::size_t Output::write_some(Socket& socket, error_code& error) {
  if (body_file_ < 0) return socket.write_some(left_, error);
  const int descriptor = socket.native_handle();
  const bool sends_head = left_[0].size() > 0;
  ssize_t bytes = 0;
  do {
    if (sends_head) {
      bytes = ::send(descriptor, left_[0].data(), left_[0].size(), MSG_MORE | MSG_NOSIGNAL);
    } else {
      auto offset = static_cast<off_t>(body_bytes_ - left_[1].size());
      bytes = ::sendfile(descriptor, body_file_, &offset, left_[1].size());
    }
  } while (bytes < 0 && errno == EINTR);
  // Without this check, a file that is too short would be read for ever.
  CODELOG_CHECK(bytes != 0, "the file of a body has as many bytes as the body");
  if (bytes > 0) return static_cast<std::size_t>(bytes);
  const bool is_sockets_fault = errno == EAGAIN || errno == EPIPE || errno == ECONNRESET;
  if (!sends_head && !is_sockets_fault) {
    // The system cannot send from files, or lacks the memory; write the same bytes instead.
    body_file_ = -1;
    return socket.write_some(left_, error);
  }
  error = error_code(errno, boost::system::system_category());
  return 0;
}

void Output::flush(Socket& socket, error_code& error) {
  while (!is_done()) {
    const std::size_t bytes = write_some(socket, error);
    if (error) return;
    sent_bytes_ += bytes;
    const std::size_t of_head = std::min(bytes, left_[0].size());
    left_[0] += of_head;
    left_[1] += bytes - of_head;
  }
}

std::size_t Output::acknowledged_bytes(Socket& socket) const {
  int queued_bytes = 0;
  if (::ioctl(socket.native_handle(), SIOCOUTQ, &queued_bytes) != 0) return sent_bytes_;
  // Queued bytes may belong to the previous answer.
  return sent_bytes_ - std::min(sent_bytes_, static_cast<std::size_t>(queued_bytes));
}

}  // namespace codelog::http
