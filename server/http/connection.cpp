#include "server/http/connection.h"

#include <algorithm>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <chrono>

#include "server/http/shard.h"

namespace codelog::http {
namespace {

namespace net = boost::asio;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::size_t head_read_bytes_min = 2048;
constexpr std::size_t body_read_bytes_max = 64u << 10;
constexpr std::string_view continue_bytes = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view too_many_connections =
    "HTTP/1.1 503 Service Unavailable\r\n"
    "Content-Length: 0\r\n"
    "Retry-After: 1\r\n"
    "Connection: close\r\n\r\n";

}  // namespace

Connection::Connection(Shard& shard, Socket socket, Origin origin, Welcome welcome)
    : shard_(shard),
      socket_(std::move(socket)),
      welcome_(welcome),
      origin_(std::move(origin)),
      parser_(ParserLimits{shard.limits().head_bytes_max, shard.limits().target_bytes_max,
                           shard.limits().fields_max}),
      body_charge_(shard.shared().bodies),
      answer_charge_(shard.shared().answers) {
  exchange_.request.remote_address = origin_.address;
  error_code ignored;  // a socket that refuses these options fails at its first use
  socket_.non_blocking(true, ignored);
  socket_.set_option(net::ip::tcp::no_delay(true), ignored);
}

Connection::~Connection() {
  end_stream();
  leave_request();
  if (welcome_ == Welcome::serve) shard_.shared().places.give_back(*origin_.peer, 1, 1);
}

void Connection::sweep(SteadyTime now) {
  if (turn_.is_waiting()) {
    sweep_queued(now);
    return;
  }
  if (stream_) return sweep_stream(now);
  if (now < deadline_) return;
  if (is_at_work_) return answer_late();
  if (is_sending_ && client_reads_on(now)) return;
  deadline_ = SteadyTime::max();
  timed_out_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

void Connection::close_if_idle() {
  closing_ = true;
  // Requests that have arrived are still answered.
  error_code error;
  end_stream_wait();  // the stream then ends
  const bool idle = is_reading_head_ && !parser_.has_begun() && socket_.available(error) == 0;
  if (idle) socket_.cancel(error);
}

void Connection::abort() {
  closing_ = true;
  error_code ignored;
  socket_.close(ignored);
  end_stream_wait();
  if (turn_.is_waiting()) sweep_queued(steady_clock::now());
}

Awaitable<void> Connection::run() {
  if (welcome_ == Welcome::refuse) {
    co_await refuse_connection();
    co_return;
  }
  Step step = begin(steady_clock::now());
  // A new connection gets the shorter time, not the time between requests.
  deadline_ = steady_clock::now() + shard_.limits().head_timeout;
  while (step != Step::close) {
    switch (step) {
      case Step::next_request:
        // Others first, since a client may have sent hundreds of requests at once.
        co_await net::post(net::bind_executor(socket_.get_executor(), use_awaitable));
        step = parse_head();
        break;
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
      case Step::stream_next:
        step = co_await stream_next();
        break;
      case Step::close:
        break;
    }
  }
  if (input_left_) co_await linger();
}

// Sends 503 without reading the request, because the server has no room for it.
Awaitable<void> Connection::refuse_connection() {
  deadline_ = steady_clock::now() + shard_.limits().linger_timeout;
  error_code error;
  socket_.write_some(net::buffer(too_many_connections), error);  // fits into an empty socket buffer
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
  return Step::next_request;
}

Connection::Step Connection::head_came(const error_code& error, std::size_t bytes) {
  if (error) {
    const bool late = timed_out_ && parser_.has_begun();
    return late ? refuse(408, "The head of the request took too long.") : Step::close;
  }
  // The sweeper ran after the bytes arrived, and will not run again for this wait.
  const bool lost_deadline = timed_out_;
  timed_out_ = false;
  const bool first = !parser_.has_begun();
  input_.add(bytes);
  const Step step = parse_head();
  // Only the first bytes set the deadline, so that a slow client cannot extend it.
  const bool begins = first && parser_.has_begun();
  if (step == Step::read_head && (begins || lost_deadline)) {
    deadline_ = steady_clock::now() + shard_.limits().head_timeout;
  }
  return step;
}

Connection::Step Connection::parse_head() {
  switch (parser_.parse_head(input_.bytes())) {
    case RequestParser::Progress::need_more:
      // The server stops, and only an empty line has arrived.
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
  if (origin_.is_trusted_proxy) find_forwarded();
  find_account();
  keep_alive_ = parser_.keep_alive();
  shard_.service().route(exchange_, shard_.next_id());
  if (!parser_.has_body()) return after_body();
  const auto length = parser_.content_length();
  if (length && *length > exchange_.body_bytes_max) {
    if (exchange_.match.kind == RouteMatch::Kind::found) {
      return refuse(
          413, "The body is larger than " + std::to_string(exchange_.body_bytes_max) + " bytes.");
    }
    // The body is not read, because the answer does not depend on it.
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
    if (!body_charge_.grow_to(client(), exchange_.request.body.capacity())) {
      shard_.shared().count_rejected(Resource::bodies);
      co_return refuse(503, "Too many large requests are being read already.");
    }
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
  input_.shrink();
  if (progress == RequestParser::Progress::done) return after_body();
  return refuse(parser_.failure().status, parser_.failure().why);
}

// The rest of the input is unusable or not worth reading: the connection ends with this answer.
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

Awaitable<void> Connection::send_continue() {
  error_code failed;
  const std::size_t bytes = socket_.write_some(net::buffer(continue_bytes), failed);
  if (!failed && bytes == continue_bytes.size()) co_return;
  const auto rest = net::buffer(continue_bytes.substr(failed ? 0 : bytes));
  // An error shows again at the next read.
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

// Few reads for a large body, little memory for a small one. Only bytes that have come count: the
// stated length may be a lie.
std::size_t Connection::body_read_bytes() const {
  const std::size_t so_far = exchange_.request.body.size();
  const std::size_t left = parser_.content_length().value_or(SIZE_MAX) - so_far;
  return std::clamp(std::min(left, so_far), head_read_bytes_min, body_read_bytes_max);
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
  body_charge_.give_back();
  answer_charge_.give_back();
}

// Our proxy added the last address; the client could have made up those before it.
void Connection::find_forwarded() {
  forwarded_ = {};
  exchange_.request.remote_address = origin_.address;
  const auto fields = exchange_.request.headers("X-Forwarded-For");
  if (fields.empty()) return;
  std::string_view last = fields.back();
  last.remove_prefix(std::min(last.size(), last.rfind(',') + 1));
  const std::string address(trim(last));
  auto found = shard_.shared().peers.find(address);
  if (!found) return;
  forwarded_ = std::move(*found);
  exchange_.request.remote_address = address;
}

void Connection::find_account() {
  const auto credentials = exchange_.request.header("Authorization");
  account_ = credentials ? shard_.shared().accounts.find_account(*credentials) : Peers::Ref();
}

}  // namespace codelog::http
