#include "server/http/connection.h"

#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <chrono>

#include "events/base/check.h"
#include "server/http/shard.h"

namespace codelog::http {
namespace {

namespace net = boost::asio;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::size_t input_bytes_first = 4096;
constexpr std::size_t input_bytes_kept = 32u << 10;
constexpr std::size_t head_read_bytes_min = 2048;
constexpr std::size_t body_read_bytes_max = 64u << 10;
// Compressing so much takes 0.1 ms. More would be felt by the other connections of the thread.
constexpr std::size_t compress_here_bytes_max = 16u << 10;
// Smaller answers are not worth counting: as many as there may be connections are 64 MB.
constexpr std::size_t answer_bytes_uncounted = 16u << 10;

constexpr std::string_view continue_bytes = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view too_many_connections =
    "HTTP/1.1 503 Service Unavailable\r\n"
    "Content-Length: 0\r\n"
    "Retry-After: 1\r\n"
    "Connection: close\r\n\r\n";

// A place on a worker that enter_pool() has taken.
class PoolPlace {
 public:
  explicit PoolPlace(Shared& shared) : shared_(shared) {}
  ~PoolPlace() { shared_.leave_pool(); }
  PoolPlace(const PoolPlace&) = delete;
  PoolPlace& operator=(const PoolPlace&) = delete;

 private:
  Shared& shared_;
};

}  // namespace

net::mutable_buffer InputBuffer::space(std::size_t bytes_min) {
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

Connection::Connection(Shard& shard, Socket socket, std::string remote_address, Welcome welcome)
    : shard_(shard),
      socket_(std::move(socket)),
      welcome_(welcome),
      parser_(ParserLimits{shard.limits().head_bytes_max, shard.limits().target_bytes_max,
                           shard.limits().fields_max}) {
  exchange_.request.remote_address = std::move(remote_address);
  error_code ignored;  // a socket that refuses these will fail at its first use
  socket_.non_blocking(true, ignored);
  socket_.set_option(net::ip::tcp::no_delay(true), ignored);
}

Connection::~Connection() { leave_request(); }

void Connection::sweep(SteadyTime now) {
  if (now < deadline_) return;
  deadline_ = SteadyTime::max();
  timed_out_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

void Connection::close_if_idle() {
  closing_ = true;
  // What has come already is still answered.
  error_code error;
  const bool idle = is_reading_head_ && !parser_.has_begun() && socket_.available(error) == 0;
  if (idle) socket_.cancel(error);
}

void Connection::abort() {
  closing_ = true;
  error_code ignored;
  socket_.close(ignored);
}

Awaitable<void> Connection::run() {
  if (welcome_ == Welcome::refuse) {
    co_await refuse_connection();
    co_return;
  }
  Step step = begin(steady_clock::now());
  // A connection that has only just come does not get the time of one between requests.
  deadline_ = steady_clock::now() + shard_.limits().head_timeout;
  while (step != Step::close) {
    switch (step) {
      case Step::read_head: {
        const auto space = input_.space(head_read_bytes_min);
        const auto [error, bytes] = co_await socket_.async_read_some(space, as_result);
        step = head_came(error, bytes);
        break;
      }
      case Step::read_body:
        step = co_await read_body();
        break;
      case Step::work:
        step = work();
        break;
      case Step::work_elsewhere:
        step = co_await work_elsewhere();
        break;
      case Step::compress_elsewhere:
        step = co_await compress_elsewhere();
        break;
      case Step::send:
        step = send();
        break;
      case Step::send_rest:
        step = co_await send_rest();
        break;
      case Step::close:
        break;
    }
  }
  if (input_left_) co_await linger();
}

// Answered without reading the request: whoever comes when there is no room gets no more than this.
Awaitable<void> Connection::refuse_connection() {
  deadline_ = steady_clock::now() + shard_.limits().linger_timeout;
  error_code error;
  socket_.write_some(net::buffer(too_many_connections), error);  // fits an empty socket's buffer
  if (!error) co_await linger();
}

Connection::Step Connection::begin(SteadyTime now) {
  exchange_.reset();
  parser_.start(exchange_.request);
  input_.shrink();
  is_reading_head_ = true;
  deadline_ = now + shard_.limits().idle_timeout;
  if (input_.empty()) {
    error_code ignored;
    return closing_ && socket_.available(ignored) == 0 ? Step::close : Step::read_head;
  }
  deadline_ = now + shard_.limits().head_timeout;
  return parse_head();
}

Connection::Step Connection::head_came(const error_code& error, std::size_t bytes) {
  if (error) {
    const bool late = timed_out_ && parser_.has_begun();
    return late ? refuse(408, "The head of the request took too long.") : Step::close;
  }
  // The sweeper came between the bytes' arrival and now, and will not come again by itself.
  const bool lost_deadline = timed_out_;
  timed_out_ = false;
  const bool first = !parser_.has_begun();
  input_.add(bytes);
  const Step step = parse_head();
  // Only the first bytes set the deadline: dripping does not move it.
  const bool begins = first && parser_.has_begun();
  if (step == Step::read_head && (begins || lost_deadline)) {
    deadline_ = steady_clock::now() + shard_.limits().head_timeout;
  }
  return step;
}

Connection::Step Connection::parse_head() {
  switch (parser_.parse_head(input_.bytes())) {
    case RequestParser::Progress::need_more:
      // The server stops while only an empty line has come.
      return closing_ && !parser_.has_begun() ? Step::close : Step::read_head;
    case RequestParser::Progress::failed:
      return refuse(parser_.failure().status, parser_.failure().why);
    case RequestParser::Progress::done:
      break;
  }
  input_.take(parser_.consumed());
  return after_head(steady_clock::now());
}

Connection::Step Connection::after_head(SteadyTime now) {
  is_reading_head_ = false;
  deadline_ = SteadyTime::max();
  enter_request(now);
  keep_alive_ = parser_.keep_alive();
  shard_.service().route(exchange_, shard_.next_id());
  if (!parser_.has_body()) return after_body();
  const auto length = parser_.content_length();
  if (length && *length > exchange_.body_bytes_max) {
    if (exchange_.match.kind == RouteMatch::Kind::found) {
      return refuse(
          413, "The body is larger than " + std::to_string(exchange_.body_bytes_max) + " bytes.");
    }
    // Nobody would have read it: the answer is the same without it.
    keep_alive_ = false;
    input_left_ = true;
    return Step::work;
  }
  return Step::read_body;
}

Awaitable<Connection::Step> Connection::read_body() {
  deadline_ = body_deadline_ = steady_clock::now() + shard_.limits().body_timeout;
  if (parser_.expects_continue() && input_.empty()) co_await send_continue();
  for (;;) {
    const auto progress = parser_.parse_body(input_.bytes(), exchange_.body_bytes_max);
    input_.take(parser_.consumed());
    if (!account_body()) co_return refuse(503, "Too many large requests are being read already.");
    if (progress != RequestParser::Progress::need_more) co_return finish_body(progress);
    timed_out_ = false;
    const auto space = input_.space(body_read_bytes());
    const auto [error, bytes] = co_await socket_.async_read_some(space, as_result);
    if (error) {
      co_return timed_out_ ? refuse(408, "The body of the request took too long.") : Step::close;
    }
    input_.add(bytes);
    body_came(bytes);
  }
}

Connection::Step Connection::finish_body(RequestParser::Progress progress) {
  deadline_ = SteadyTime::max();
  if (progress == RequestParser::Progress::done) return after_body();
  return refuse(parser_.failure().status, parser_.failure().why);
}

Connection::Step Connection::after_body() {
  if (!exchange_.wants_worker()) return Step::work;
  if (shard_.service().answer_quickly(exchange_)) return Step::work;
  if (shard_.shared().enter_pool()) return Step::work_elsewhere;
  shard_.service().overloaded(exchange_);
  return Step::send;
}

Connection::Step Connection::work() {
  shard_.service().answer(exchange_);
  if (!needs_compression(exchange_.response, exchange_.delivery)) return Step::send;
  if (exchange_.response.content().size() > compress_here_bytes_max) {
    if (shard_.shared().enter_pool()) return Step::compress_elsewhere;
    exchange_.delivery.gzip = false;  // plain bytes are better than no bytes
    return Step::send;
  }
  compress(exchange_.response, exchange_.delivery);
  return Step::send;
}

Awaitable<Connection::Step> Connection::work_elsewhere() {
  const auto home = socket_.get_executor();
  co_await net::post(net::bind_executor(shard_.shared().pool.get_executor(), use_awaitable));
  {
    const PoolPlace place(shard_.shared());
    shard_.service().answer(exchange_);
    if (needs_compression(exchange_.response, exchange_.delivery)) {
      compress(exchange_.response, exchange_.delivery);
    }
  }
  co_await net::post(net::bind_executor(home, use_awaitable));
  co_return Step::send;
}

Awaitable<Connection::Step> Connection::compress_elsewhere() {
  const auto home = socket_.get_executor();
  co_await net::post(net::bind_executor(shard_.shared().pool.get_executor(), use_awaitable));
  {
    const PoolPlace place(shard_.shared());
    compress(exchange_.response, exchange_.delivery);
  }
  co_await net::post(net::bind_executor(home, use_awaitable));
  co_return Step::send;
}

// The rest of the input cannot be trusted, or is not worth reading: the connection ends with this
// answer.
Connection::Step Connection::refuse(int status, std::string_view why) {
  if (is_reading_head_) {
    is_reading_head_ = false;
    enter_request(steady_clock::now());
    exchange_.request.request_id = shard_.next_id();
  }
  deadline_ = SteadyTime::max();
  timed_out_ = false;
  keep_alive_ = false;
  input_left_ = true;
  shard_.service().refuse(exchange_, status, why);
  return Step::send;
}

void Connection::set_output(std::string_view head, std::string_view body, int body_file) {
  output_ = {net::const_buffer(head.data(), head.size()),
             net::const_buffer(body.data(), body.size())};
  output_bytes_ = head.size() + body.size();
  body_file_ = body_file;
  body_bytes_ = body.size();
  sent_bytes_ = 0;
}

Connection::Step Connection::send() {
  if (!account_answer()) {
    shard_.service().refuse(exchange_, 503,
                            "The answer cannot be sent now: too many large ones are on their way.");
  }
  if (closing_) keep_alive_ = false;
  AfterResponse after = AfterResponse::close;
  if (keep_alive_) {
    after = parser_.is_http_1_0() ? AfterResponse::keep_alive_with_1_0 : AfterResponse::keep_alive;
  }
  head_.clear();
  append_head(exchange_.request, exchange_.response, exchange_.delivery, after, shard_.date_line(),
              head_);
  const bool head_only = exchange_.request.method() == Method::head;
  if (head_only) {
    set_output(head_, {}, -1);
  } else {
    set_output(head_, body_to_send(exchange_.response, exchange_.delivery),
               file_to_send(exchange_.response, exchange_.delivery));
  }
  return flush();
}

std::size_t Connection::write_some(error_code& error) {
  if (body_file_ < 0) return socket_.write_some(output_, error);
  const int socket = socket_.native_handle();
  const bool sends_head = output_[0].size() > 0;
  ssize_t bytes = 0;
  do {
    if (sends_head) {
      bytes = ::send(socket, output_[0].data(), output_[0].size(), MSG_MORE | MSG_NOSIGNAL);
    } else {
      auto offset = static_cast<off_t>(body_bytes_ - output_[1].size());
      bytes = ::sendfile(socket, body_file_, &offset, output_[1].size());
    }
  } while (bytes < 0 && errno == EINTR);
  // A file that ended early would be asked for ever.
  CODELOG_CHECK(bytes != 0, "the file of a body has as many bytes as the body");
  if (bytes > 0) return static_cast<std::size_t>(bytes);
  const bool is_sockets_fault = errno == EAGAIN || errno == EPIPE || errno == ECONNRESET;
  if (!sends_head && !is_sockets_fault) {
    // The system does not send from files, or has no memory to: the same bytes can be written.
    body_file_ = -1;
    return socket_.write_some(output_, error);
  }
  error = error_code(errno, boost::system::system_category());
  return 0;
}

// Writes what the socket takes at once, which is nearly always everything: no trip through the
// event loop.
Connection::Step Connection::flush() {
  while (sent_bytes_ < output_bytes_) {
    error_code error;
    const std::size_t bytes = write_some(error);
    if (error == net::error::would_block) return Step::send_rest;
    if (error) {
      keep_alive_ = input_left_ = false;
      break;
    }
    sent_bytes_ += bytes;
    const std::size_t of_head = std::min(bytes, output_[0].size());
    output_[0] += of_head;
    output_[1] += bytes - of_head;
  }
  return finish(steady_clock::now());
}

Awaitable<Connection::Step> Connection::send_rest() {
  flow_started_ = steady_clock::now();
  for (;;) {
    const std::size_t rate = std::max<std::size_t>(1, shard_.limits().bytes_per_second_min);
    deadline_ = flow_started_ + shard_.limits().write_timeout +
                std::chrono::milliseconds(sent_bytes_ * 1000 / rate);
    timed_out_ = false;
    const auto [error] = co_await socket_.async_wait(Socket::wait_write, as_result);
    if (error) {
      keep_alive_ = input_left_ = false;
      co_return finish(steady_clock::now());
    }
    const Step step = flush();
    if (step != Step::send_rest) co_return step;
  }
}

Connection::Step Connection::finish(SteadyTime now) {
  shard_.service().record(exchange_, sent_bytes_, now);
  leave_request();
  if (!keep_alive_) {
    // Unread input makes the kernel reset the connection, and the client may then never see the
    // answer.
    input_left_ = input_left_ || !input_.empty();
    return Step::close;
  }
  return begin(now);
}

Awaitable<void> Connection::send_continue() {
  error_code failed;
  const std::size_t bytes = socket_.write_some(net::buffer(continue_bytes), failed);
  if (!failed && bytes == continue_bytes.size()) co_return;
  const auto rest = net::buffer(continue_bytes.substr(failed ? 0 : bytes));
  // A failure shows at the next read.
  const auto [error, more] = co_await net::async_write(socket_, rest, as_result);
  (void)error;
  (void)more;
}

Awaitable<void> Connection::linger() {
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  deadline_ = steady_clock::now() + shard_.limits().linger_timeout;
  timed_out_ = false;
  for (;;) {
    input_.take(input_.bytes().size());
    const auto space = input_.space(head_read_bytes_min);
    const auto [error, bytes] = co_await socket_.async_read_some(space, as_result);
    if (error || timed_out_) co_return;
    input_.add(bytes);
  }
}

void Connection::body_came(std::size_t bytes) {
  const std::size_t rate = std::max<std::size_t>(1, shard_.limits().bytes_per_second_min);
  body_deadline_ = std::min(body_deadline_ + std::chrono::microseconds(bytes * 1'000'000 / rate),
                            steady_clock::now() + shard_.limits().idle_timeout);
  deadline_ = body_deadline_;
}

// Few reads for a large body, little memory for a small one.
std::size_t Connection::body_read_bytes() const {
  const std::size_t so_far = exchange_.request.body.size();
  const std::size_t expected = parser_.content_length().value_or(so_far * 2) - so_far;
  return std::clamp(expected, head_read_bytes_min, body_read_bytes_max);
}

bool Connection::account_body() {
  const std::size_t bytes = exchange_.request.body.size();
  const std::size_t more = bytes - body_bytes_accounted_;
  body_bytes_accounted_ = bytes;
  const std::size_t before =
      shard_.shared().bodies_bytes.fetch_add(more, std::memory_order_relaxed);
  return before + more <= shard_.limits().bodies_bytes_max;
}

// Bodies that a cache holds anyway cost nothing more.
bool Connection::account_answer() {
  const Response& response = exchange_.response;
  std::size_t bytes = response.body.size();
  if (response.shared_gzip && !response.shared_body) bytes += response.shared_gzip->size();
  if (bytes <= answer_bytes_uncounted) return true;
  auto& all = shard_.shared().answers_bytes;
  if (all.fetch_add(bytes, std::memory_order_relaxed) + bytes <=
      shard_.limits().answers_bytes_max) {
    answer_bytes_accounted_ = bytes;
    return true;
  }
  all.fetch_sub(bytes, std::memory_order_relaxed);
  return false;
}

void Connection::enter_request(SteadyTime now) {
  exchange_.started = now;
  is_in_request_ = true;
  shard_.request_begins();
}

void Connection::leave_request() {
  if (!is_in_request_) return;
  is_in_request_ = false;
  shard_.request_ends();
  shard_.shared().bodies_bytes.fetch_sub(body_bytes_accounted_, std::memory_order_relaxed);
  shard_.shared().answers_bytes.fetch_sub(answer_bytes_accounted_, std::memory_order_relaxed);
  body_bytes_accounted_ = answer_bytes_accounted_ = 0;
}

}  // namespace codelog::http
