// An answer being sent: the rest of its head and body. Internal to server/http; not thread-safe.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <string_view>

namespace codelog::http {

// A concrete executor type instead of the type-erased one: less code and fewer allocations.
using Executor = boost::asio::io_context::executor_type;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

class Output {
 public:
  // Both views must stay valid until everything is sent. `body_file` also holds the body, or is -1.
  void set(std::string_view head, std::string_view body, int body_file);
  // Writes as much as the socket takes: everything, or until `error` is would_block.
  void flush(Socket& socket, boost::system::error_code& error);
  bool is_done() const { return sent_bytes_ == all_bytes_; }
  // Bytes taken by the kernel.
  std::size_t sent_bytes() const { return sent_bytes_; }
  // Bytes taken by the client's machine.
  std::size_t acknowledged_bytes(Socket& socket) const;

 private:
  std::size_t write_some(Socket& socket, boost::system::error_code& error);

  std::array<boost::asio::const_buffer, 2> left_;  // rest of head and body
  int body_file_ = -1;
  std::size_t body_bytes_ = 0;
  std::size_t all_bytes_ = 0, sent_bytes_ = 0;
};

}  // namespace codelog::http
