// Bytes that a connection has received and not used yet. Internal to server/http; not thread-safe.
#pragma once

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <string>
#include <string_view>

namespace codelog::http {

// One contiguous piece, which a head must be.
class InputBuffer {
 public:
  std::string_view bytes() const { return {memory_.data() + first_, after_ - first_}; }
  bool empty() const { return first_ == after_; }
  // Room for at least so many more; what bytes() gave is void.
  boost::asio::mutable_buffer space(std::size_t bytes_min);
  void add(std::size_t bytes) { after_ += bytes; }
  void take(std::size_t bytes);
  // Gives back what a large request made it grow to.
  void shrink();

 private:
  std::string memory_;
  std::size_t first_ = 0, after_ = 0;
};

}  // namespace codelog::http
