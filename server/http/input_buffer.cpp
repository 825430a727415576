#include "server/http/input_buffer.h"

#include <algorithm>

namespace codelog::http {
namespace {

constexpr std::size_t input_bytes_first = 4096;
constexpr std::size_t input_bytes_kept = 32u << 10;

}  // namespace

boost::asio::mutable_buffer InputBuffer::space(std::size_t bytes_min) {
  if (first_ == after_) first_ = after_ = 0;
  if (memory_.size() - after_ < bytes_min) {
    std::copy(memory_.begin() + static_cast<std::ptrdiff_t>(first_),
              memory_.begin() + static_cast<std::ptrdiff_t>(after_), memory_.begin());
    after_ -= first_;
    first_ = 0;
  }
  if (memory_.size() - after_ < bytes_min) {
    memory_.resize(std::max({input_bytes_first, memory_.size() * 2, after_ + bytes_min}));
  }
  return {memory_.data() + after_, memory_.size() - after_};
}

void InputBuffer::take(std::size_t bytes) { first_ += bytes; }

void InputBuffer::shrink() {
  if (memory_.size() <= input_bytes_kept || !empty()) return;
  std::string().swap(memory_);
  first_ = after_ = 0;
}

}  // namespace codelog::http
