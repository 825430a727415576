// Received bytes that a connection has not used yet. Internal to server/http; not thread-safe.
#pragma once

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <string>
#include <string_view>

namespace codelog::http {

// Keeps the bytes contiguous, as the parser of heads needs them.
class InputBuffer {
 public:
  std::string_view bytes() const { return {memory_.data() + first_, after_ - first_}; }
  bool empty() const { return first_ == after_; }
  // Makes room for at least `bytes_min` more bytes; invalidates the result of bytes().
  boost::asio::mutable_buffer space(std::size_t bytes_min);
  void add(std::size_t bytes) { after_ += bytes; }
  void take(std::size_t bytes);
  // Frees memory that a large request needed.
  void shrink();

 private:
  std::string memory_;
  std::size_t first_ = 0, after_ = 0;
};

}  // namespace codelog::http
