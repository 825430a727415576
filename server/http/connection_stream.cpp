// The part of a connection that sends a body piece by piece.
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <charconv>
#include <exception>
#include <utility>

#include "server/http/shard.h"

namespace codelog::http {
namespace {

namespace net = boost::asio;
using std::chrono::steady_clock;

// The time that a piece is expected to take.
constexpr std::uint64_t piece_us = 1'000;

// Spread, so that those who were turned away together do not come back together.
std::chrono::milliseconds retry_pause() {
  return std::chrono::milliseconds(20 +
                                   steady_clock::now().time_since_epoch().count() / 1000 % 180);
}

std::string size_line(std::size_t bytes) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes, 16).ptr;
  return std::string(digits.data(), end).append("\r\n");
}

}  // namespace

// Shared with whoever may call it after the connection has gone.
class Connection::StreamWaker {
 public:
  explicit StreamWaker(Connection& connection) : connection_(&connection) {}

  // From any thread.
  static void wake(const std::shared_ptr<StreamWaker>& waker) {
    const base::Lock lock(waker->mutex_);
    if (waker->connection_ == nullptr) return;
    net::post(waker->connection_->shard_.context(), [waker] { waker->end_wait(); });
  }
  // On the shard's thread, which is also that of end_wait().
  void detach() {
    const base::Lock lock(mutex_);
    connection_ = nullptr;
  }

 private:
  void end_wait() {
    Connection* connection = nullptr;
    {
      const base::Lock lock(mutex_);
      connection = connection_;
    }
    if (connection != nullptr) connection->end_stream_wait();
  }

  base::Mutex mutex_;
  Connection* connection_ GUARDED_BY(mutex_);
};

void Connection::begin_stream() {
  stream_ = std::move(exchange_.response.stream);
  streamed_bytes_ = 0;
  is_stream_over_ = is_stream_blocked_ = false;
  waker_ = std::make_shared<StreamWaker>(*this);
  watch_stream(steady_clock::now());
}

void Connection::end_stream() {
  if (waker_) waker_->detach();
  waker_ = nullptr;
  stream_ = nullptr;
  std::string().swap(piece_);
}

// Without the last chunk, so that the client sees that the body is not whole.
Connection::Step Connection::cut_stream_off() {
  keep_alive_ = input_left_ = false;
  return finish(steady_clock::now());
}

Awaitable<Connection::Step> Connection::stream_next() {
  is_sending_ = false;
  streamed_bytes_ += output_.sent_bytes();
  output_.set({}, {}, -1);
  for (;;) {
    piece_.clear();
    const bool is_made = co_await make_piece();
    if (!is_made) co_return cut_stream_off();
    if (*said_ == BodyStream::Next::bytes) co_return send_piece();
    if (*said_ == BodyStream::Next::end || closing_) co_return send_end_of_stream();
    const bool is_there = co_await wait_for_news();
    if (!is_there) co_return cut_stream_off();
  }
}

// Leaves `said_` empty if the stream fails.
void Connection::ask_stream() {
  said_.reset();
  try {
    said_ = stream_->next(piece_);
  } catch (const std::exception& error) {
    exchange_.response.log_detail = std::string("a stream threw: ") + error.what();
  } catch (...) {
    exchange_.response.log_detail = "a stream threw an exception of unknown type";
  }
}

// Returns false if the piece could not be made.
Awaitable<bool> Connection::make_piece() {
  if (!stream_->computes()) {
    ask_stream();
    co_return said_.has_value();
  }
  Shared& shared = shard_.shared();
  // A commit wakes all who follow a codelist. They must not fill the queue that requests need, and
  // have time.
  for (;;) {
    if (shard_.let_stream_into_gate()) {
      const Admission admission =
          co_await enter_gate({.cost_us = piece_us, .bytes = stream_piece_bytes_max});
      if (admission == Admission::admitted) break;
      shard_.stream_has_left_gate();
      if (admission == Admission::gone) co_return false;
    }
    const bool is_there = co_await pause_stream(retry_pause());
    if (!is_there) co_return false;
  }
  const auto home = socket_.get_executor();
  co_await net::post(net::bind_executor(shared.pool.get_executor(), use_awaitable));
  ask_stream_on_worker();
  co_await net::post(net::bind_executor(home, use_awaitable));
  shard_.stream_has_left_gate();
  co_return said_.has_value();
}

Connection::Step Connection::send_piece() {
  if (parser_.is_http_1_0()) {
    output_.set({}, piece_, -1);
    return flush();
  }
  head_ = size_line(piece_.size());
  piece_ += "\r\n";
  output_.set(head_, piece_, -1);
  return flush();
}

Connection::Step Connection::send_end_of_stream() {
  is_stream_over_ = true;
  if (parser_.is_http_1_0()) return finish(steady_clock::now());
  head_ = "0\r\n\r\n";
  output_.set(head_, {}, -1);
  return flush();
}

// Returns false if the client has left meanwhile.
Awaitable<bool> Connection::wait_for_news() {
  if (std::exchange(is_stream_blocked_, false)) watch_stream(steady_clock::now());
  stream_->on_more([waker = waker_] { StreamWaker::wake(waker); });
  const bool is_there = co_await pause_stream(stream_->wait_max());
  co_return is_there;
}

// Also ends early. Returns false if the client has left meanwhile.
Awaitable<bool> Connection::pause_stream(std::chrono::milliseconds pause) {
  Timer timer(socket_.get_executor());
  timer.expires_after(pause);
  stream_timer_ = &timer;
  const auto [ignored] = co_await timer.async_wait(as_result);
  (void)ignored;
  stream_timer_ = nullptr;
  co_return !is_client_gone();
}

void Connection::end_stream_wait() {
  if (stream_timer_ != nullptr) stream_timer_->cancel();
}

// --- Clients that have vanished, or do not read

// Bytes that wait in the kernel for the client's machine.
std::size_t Connection::queued_bytes() {
  int bytes = 0;
  return ::ioctl(socket_.native_handle(), SIOCOUTQ, &bytes) == 0 ? static_cast<std::size_t>(bytes)
                                                                 : 0;
}

std::size_t Connection::stream_acknowledged_bytes() {
  const std::size_t sent = streamed_bytes_ + output_.sent_bytes();
  return sent - std::min(sent, queued_bytes());
}

void Connection::watch_stream(SteadyTime now) {
  deadline_ = SteadyTime::max();
  acknowledged_bytes_ = stream_acknowledged_bytes();
  stream_check_at_ = now + shard_.limits().write_timeout;
}

// While the server has more to send, as for any answer; otherwise the client's machine must
// acknowledge something of what waits for it.
bool Connection::stream_client_reads_on() {
  const std::size_t gained = stream_acknowledged_bytes() - acknowledged_bytes_;
  if (!output_.is_done()) return gained >= bytes_wanted();
  return gained > 0 || queued_bytes() == 0;
}

void Connection::sweep_stream(SteadyTime now) {
  if (stream_timer_ != nullptr && is_client_gone()) return end_stream_wait();
  if (now < stream_check_at_) return;
  if (stream_client_reads_on()) return watch_stream(now);
  boost::system::error_code ignored;
  socket_.close(ignored);
  end_stream_wait();
}

}  // namespace codelog::http
