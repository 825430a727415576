// The second half of a connection's round: from a complete request to the last byte of its answer.
#include <poll.h>

#include <algorithm>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <ctime>
#include <exception>
#include <utility>

#include "server/http/shard.h"

namespace codelog::http {
namespace {

namespace net = boost::asio;
using boost::system::error_code;
using std::chrono::steady_clock;

// Compressing this much takes 0.1 ms; more would delay the other connections of the thread.
constexpr std::size_t compress_here_bytes_max = 16u << 10;
constexpr std::uint64_t compress_bytes_per_us = 30;
// Smaller answers are not counted: with the most connections, they add up to 256 MB.
constexpr std::size_t answer_bytes_uncounted = 16u << 10;
// A body buffer up to this size is kept between requests.
constexpr std::size_t body_bytes_kept = 64u << 10;
// The memory that a body needs during work: a tree of its JSON, commands, events, the commit. An
// estimate, on the safe side: a code of ten bytes is a string of 32 in each of these.
constexpr std::size_t work_bytes_per_body_byte = 16;
// The least speed of reading JSON and deciding on codes.
constexpr std::uint64_t body_bytes_per_us = 20;

std::uint64_t thread_processor_us() {
  std::timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(time.tv_nsec) / 1'000;
}

}  // namespace

// Leaves the gate when the work ends, in any way.
class AtWork {
 public:
  AtWork(Gate& gate, Gate::Ticket& ticket) : gate_(gate), ticket_(ticket), working_(gate) {}
  ~AtWork() { gate_.leave(ticket_); }
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;

 private:
  Gate& gate_;
  Gate::Ticket& ticket_;
  const Gate::Working working_;
};

// --- The gate

Awaitable<Connection::Admission> Connection::Turn::wait() {
  Timer timer(connection_.socket_.get_executor());
  timer_ = &timer;
  admission_ = Admission::waiting;
  while (admission_ == Admission::waiting) {
    timer.expires_at(SteadyTime::max());
    const auto [ignored] = co_await timer.async_wait(as_result);
    (void)ignored;
  }
  timer_ = nullptr;
  co_return admission_;
}

void Connection::Turn::end(Admission admission) {
  admission_ = admission;
  timer_->cancel();
}

// The connection stays alive until then, because only this call ends its wait.
void Connection::Turn::on_admitted() {
  net::post(connection_.shard_.context(), [this] { end(Admission::admitted); });
}

Awaitable<Connection::Admission> Connection::enter_gate(Gate::Job job) {
  Gate& gate = shard_.shared().gate;
  const Gate::Entered entered = gate.enter(turn_, client(), job);
  if (entered == Gate::Entered::admitted) co_return Admission::admitted;
  if (entered == Gate::Entered::full) co_return Admission::full;
  deadline_ = steady_clock::now() + shard_.limits().queue_timeout;
  const Admission admission = co_await turn_.wait();
  deadline_ = SteadyTime::max();
  if (admission == Admission::admitted && is_client_gone()) {
    gate.leave(turn_);
    co_return Admission::gone;
  }
  co_return admission;
}

void Connection::sweep_queued(SteadyTime now) {
  const bool is_gone = is_client_gone();
  if (!is_gone && now < deadline_) return;
  if (!shard_.shared().gate.cancel(turn_)) return;
  turn_.end(is_gone ? Admission::gone : Admission::late);
}

// Also true for a client that has only closed its own side: the two cannot be distinguished, and a
// client that waits in a queue has no reason to close.
bool Connection::is_client_gone() {
  if (!socket_.is_open()) return true;
  pollfd peer{socket_.native_handle(), POLLRDHUP, 0};
  return ::poll(&peer, 1, 0) > 0 && (peer.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

Connection::Step Connection::turn_away(Admission admission) {
  if (admission == Admission::gone) {
    shard_.shared().count_abandoned();
    keep_alive_ = input_left_ = false;
    return Step::close;
  }
  shard_.shared().count_rejected(Resource::queue);
  shard_.service().refuse(exchange_, 503,
                          admission == Admission::late
                              ? "The request has waited too long for its turn."
                              : "Too many requests are waiting already.");
  return Step::send;
}

// --- Working

Connection::Step Connection::after_body() {
  if (!exchange_.wants_worker()) return Step::work;
  if (shard_.service().answer_quickly(exchange_)) return Step::work;
  return Step::work_elsewhere;
}

Connection::Step Connection::work() {
  shard_.service().answer(exchange_);
  if (!needs_compression(exchange_.response, exchange_.delivery)) return Step::send;
  if (exchange_.response.content().size() > compress_here_bytes_max) {
    return Step::compress_elsewhere;
  }
  compress(exchange_.response, exchange_.delivery);
  return Step::send;
}

Gate::Job Connection::job_of_request(const Cost& expected) const {
  const std::size_t body_bytes = exchange_.request.body.size();
  return {.kind = exchange_.may_save() ? Gate::Kind::writes : Gate::Kind::computes,
          .cost_us = std::max<std::uint64_t>(expected.processor_us, body_bytes / body_bytes_per_us),
          .bytes = body_bytes * work_bytes_per_body_byte + expected.answer_bytes};
}

void Connection::answer_on_worker() {
  const AtWork at_work(shard_.shared().gate, turn_);
  if (is_answered_late_) return;  // it had to wait for a thread
  const std::uint64_t before_us = thread_processor_us();
  shard_.service().answer(exchange_);
  if (needs_compression(exchange_.response, exchange_.delivery)) {
    compress(exchange_.response, exchange_.delivery);
  }
  shard_.shared().costs.record(
      exchange_.match.route_number, exchange_.request.target(),
      {.processor_us = thread_processor_us() - before_us,
       .answer_bytes = body_to_send(exchange_.response, exchange_.delivery).size()});
}

void Connection::ask_stream_on_worker() {
  const AtWork at_work(shard_.shared().gate, turn_);
  ask_stream();
}

Awaitable<Connection::Step> Connection::work_elsewhere() {
  Shared& shared = shard_.shared();
  const Cost expected =
      shared.costs.expected(exchange_.match.route_number, exchange_.request.target());
  if (expected.answer_bytes > answer_bytes_uncounted &&
      !shared.answers.has_room(client(), expected.answer_bytes)) {
    shared.count_rejected(Resource::answers);
    shard_.service().refuse(exchange_, 503, "Too many large answers are on their way already.");
    co_return Step::send;
  }
  const Admission admission = co_await enter_gate(job_of_request(expected));
  if (admission != Admission::admitted) co_return turn_away(admission);
  const auto home = socket_.get_executor();
  is_at_work_ = true;
  deadline_ = steady_clock::now() + shard_.limits().handler_timeout;
  co_await net::post(net::bind_executor(shared.pool.get_executor(), use_awaitable));
  answer_on_worker();
  co_await net::post(net::bind_executor(home, use_awaitable));
  is_at_work_ = false;
  deadline_ = SteadyTime::max();
  if (is_answered_late_) co_return drop_late_answer();
  co_return Step::send;
}

void Connection::answer_late() {
  deadline_ = SteadyTime::max();
  is_answered_late_ = true;
  shard_.shared().count_late();
  try {
    send_late_answer();
  } catch (const std::exception&) {
    // Without memory for an answer, the client only sees the end of the connection.
  }
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

// The worker may be reading the request and writing the response of the exchange, so this uses a
// response of its own. It is small, so the socket takes it at once, unless the client has left
// earlier answers unread.
void Connection::send_late_answer() {
  const Request& request = exchange_.request;
  shard_.service().record_late(exchange_);
  const Response response = shard_.service().late_answer(exchange_);
  std::string bytes;
  append_head(request, response, {}, AfterResponse::close, shard_.date_line(), bytes);
  if (request.method() != Method::head) bytes += response.content();
  error_code ignored;
  late_bytes_ = socket_.write_some(net::buffer(bytes), ignored);
}

// The handler has returned, and its client has got another answer.
Connection::Step Connection::drop_late_answer() {
  Response late = shard_.service().late_answer(exchange_);
  late.user = std::move(exchange_.response.user);
  late.log_detail = std::move(exchange_.response.log_detail);
  exchange_.response = std::move(late);
  exchange_.delivery = {};
  shard_.service().record(exchange_, late_bytes_, steady_clock::now());
  leave_request();
  keep_alive_ = input_left_ = false;
  return Step::close;
}

Awaitable<Connection::Step> Connection::compress_elsewhere() {
  Shared& shared = shard_.shared();
  const std::size_t bytes = exchange_.response.content().size();
  const Admission admission =
      co_await enter_gate({.cost_us = bytes / compress_bytes_per_us, .bytes = bytes});
  if (admission == Admission::gone) co_return turn_away(admission);
  if (admission != Admission::admitted) {
    exchange_.delivery.gzip = false;  // plain bytes are better than none
    co_return Step::send;
  }
  const auto home = socket_.get_executor();
  co_await net::post(net::bind_executor(shared.pool.get_executor(), use_awaitable));
  {
    const AtWork at_work(shared.gate, turn_);
    compress(exchange_.response, exchange_.delivery);
  }
  co_await net::post(net::bind_executor(home, use_awaitable));
  co_return Step::send;
}

// --- Sending

// Keeps in memory only the part still to be sent until the client has read it.
void Connection::drop_what_is_not_sent() {
  body_charge_.give_back();
  std::string& request_body = exchange_.request.body;
  if (request_body.capacity() > body_bytes_kept) std::string().swap(request_body);
  Response& response = exchange_.response;
  if (response.content().size() <= answer_bytes_uncounted) return;
  const bool is_empty = exchange_.request.method() == Method::head ||
                        body_to_send(response, exchange_.delivery).empty();
  if (is_empty || !exchange_.delivery.gzip) response.shared_gzip = nullptr;
  if (is_empty || exchange_.delivery.gzip) {
    std::string().swap(response.body);
    response.shared_body = nullptr;
  }
}

// For a body in a file, the kernel sends the file's own pages. The answer to a write is counted,
// but never refused: the change may be saved already, and its client would repeat it.
bool Connection::charge_answer() {
  if (exchange_.request.method() == Method::head) return true;
  const Response& response = exchange_.response;
  if (response.stream) {
    const std::size_t bytes = stream_piece_bytes_max + shard_.limits().send_buffer_bytes;
    if (answer_charge_.take(client(), bytes, nullptr)) return true;
    shard_.shared().count_rejected(Resource::answers);
    return false;
  }
  const std::string_view body = body_to_send(response, exchange_.delivery);
  if (body.size() <= answer_bytes_uncounted) return true;
  const SharedBody& shared = exchange_.delivery.gzip ? response.shared_gzip : response.shared_body;
  std::size_t own_bytes = shared ? 0 : body.size();
  if (file_to_send(response, exchange_.delivery) < 0) {
    own_bytes += std::min(body.size(), shard_.limits().send_buffer_bytes);
  }
  if (exchange_.may_save()) {
    (void)answer_charge_.add(client(), own_bytes, shared);
    return true;
  }
  if (answer_charge_.take(client(), own_bytes, shared)) return true;
  shard_.shared().count_rejected(Resource::answers);
  return false;
}

Connection::Step Connection::send() {
  if (!charge_answer()) {
    shard_.service().refuse(exchange_, 503, "Too many large answers are on their way already.");
  }
  if (closing_) keep_alive_ = false;
  const bool streams = exchange_.response.stream && exchange_.request.method() != Method::head;
  const bool close_ends_body = exchange_.response.stream && parser_.is_http_1_0();
  if (close_ends_body) keep_alive_ = false;
  AfterResponse after = close_ends_body ? AfterResponse::close_ends_body : AfterResponse::close;
  if (keep_alive_) {
    after = parser_.is_http_1_0() ? AfterResponse::keep_alive_with_1_0 : AfterResponse::keep_alive;
  }
  head_.clear();
  append_head(exchange_.request, exchange_.response, exchange_.delivery, after, shard_.date_line(),
              head_);
  if (streams) begin_stream();
  drop_what_is_not_sent();
  const bool head_only = exchange_.request.method() == Method::head;
  if (head_only) {
    output_.set(head_, {}, -1);
  } else {
    output_.set(head_, body_to_send(exchange_.response, exchange_.delivery),
                file_to_send(exchange_.response, exchange_.delivery));
  }
  return flush();
}

// Nearly always the socket takes everything at once, without a trip through the event loop.
Connection::Step Connection::flush() {
  error_code error;
  output_.flush(socket_, error);
  if (error == net::error::would_block) return Step::send_rest;
  if (error) keep_alive_ = input_left_ = false;
  if (stream_ && !is_stream_over_ && !error) return Step::stream_next;
  return finish(steady_clock::now());
}

Awaitable<Connection::Step> Connection::send_rest() {
  is_sending_ = true;
  timed_out_ = false;
  if (!stream_) {
    acknowledged_bytes_ = 0;
    deadline_ = steady_clock::now() + shard_.limits().write_timeout;
  } else if (!std::exchange(is_stream_blocked_, true)) {
    watch_stream(steady_clock::now());
  }
  for (;;) {
    const auto [error] = co_await socket_.async_wait(Socket::wait_write, as_result);
    if (error) {
      keep_alive_ = input_left_ = false;
      co_return finish(steady_clock::now());
    }
    const Step step = flush();
    if (step != Step::send_rest) co_return step;
  }
}

std::size_t Connection::bytes_wanted() const {
  const Limits& limits = shard_.limits();
  return std::max<std::size_t>(
      limits.bytes_per_second_min * static_cast<std::size_t>(limits.write_timeout.count()) / 1000,
      1);
}

// Runs at the end of each `write_timeout`. Bytes that only the kernel has taken do not count.
bool Connection::client_reads_on(SteadyTime now) {
  const std::size_t acknowledged = output_.acknowledged_bytes(socket_);
  if (acknowledged < acknowledged_bytes_ + bytes_wanted()) return false;
  acknowledged_bytes_ = acknowledged;
  deadline_ = now + shard_.limits().write_timeout;
  return true;
}

Connection::Step Connection::finish(SteadyTime now) {
  is_sending_ = false;
  shard_.service().record(exchange_, streamed_bytes_ + output_.sent_bytes(), now);
  streamed_bytes_ = 0;
  end_stream();
  leave_request();
  if (!keep_alive_) {
    // Unread input makes the kernel reset the connection, and the client may then lose the answer.
    input_left_ = input_left_ || !input_.empty();
    return Step::close;
  }
  return begin(now);
}

}  // namespace codelog::http
