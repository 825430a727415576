// One connection: reads requests, gets them answered, and writes the responses, one after the
// other. Internal to server/http.
//
// All code runs on the thread of the connection's shard. Exceptions are the handler of a worker
// route and the compression of a large body: meanwhile the coroutine is on a worker thread and uses
// only its exchange. If the handler takes too long, the sweeper answers in its place from the
// shard's thread; the handler's own answer is dropped when it comes, and until then the connection
// keeps all that it holds. A request for a worker first passes the gate; while it is queued there,
// the coroutine sleeps, and the sweeper checks whether the client is still connected.
//
// Timeouts cost nothing for each operation: a connection only records a deadline, and its shard's
// sweeper checks all deadlines from time to time. A timer for each operation was measured at a
// third of the cost of a request.
#pragma once

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/body_stream.h"
#include "server/http/budget.h"
#include "server/http/costs.h"
#include "server/http/exchange.h"
#include "server/http/gate.h"
#include "server/http/input_buffer.h"
#include "server/http/output.h"
#include "server/http/request_parser.h"

namespace codelog::http {

class Shard;

template <class T>
using Awaitable = boost::asio::awaitable<T, Executor>;
inline constexpr boost::asio::use_awaitable_t<Executor> use_awaitable;
// Errors as values, because hang-ups are ordinary.
inline constexpr auto as_result = boost::asio::as_tuple(use_awaitable);
using Timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

class Connection {
 public:
  enum class Welcome : std::uint8_t {
    serve,
    refuse,  // too many connections: answer 503, close
  };

  // Where the connection comes from.
  struct Origin {
    std::string address;
    Peers::Ref peer;
    bool is_trusted_proxy = false;
  };

  Connection(Shard& shard, Socket socket, Origin origin, Welcome welcome);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The whole life of the connection. The object must outlive it.
  Awaitable<void> run();

  // Called by the shard:
  void sweep(SteadyTime now);  // ends a wait that is past its deadline or no longer needed
  void close_if_idle();        // when the server stops
  void abort();                // when the grace period is over

 private:
  enum class Step : std::uint8_t {
    next_request,  // its first bytes have come with the request before
    read_head,
    read_body,
    work,            // on this thread
    work_elsewhere,  // on a worker
    compress_elsewhere,
    send,
    send_rest,
    stream_next,  // the next piece of a body that comes piece by piece
    close,
  };
  // The gate's answer to a request.
  enum class Admission : std::uint8_t {
    waiting,
    admitted,
    full,  // too many requests wait already
    late,  // the request has waited too long
    gone,  // the client has left, or the server stops
  };

  // The request's place at the gate.
  class Turn final : public Gate::Ticket {
   public:
    explicit Turn(Connection& connection) : connection_(connection) {}
    Awaitable<Admission> wait();
    bool is_waiting() const { return timer_ != nullptr; }
    void end(Admission admission);

   private:
    void on_admitted() override;  // from any thread

    Connection& connection_;
    Timer* timer_ = nullptr;  // wait() sleeps on it
    Admission admission_ = Admission::waiting;
  };

  Awaitable<void> refuse_connection();
  Awaitable<Step> read_body();
  Awaitable<Step> work_elsewhere();
  Awaitable<Step> compress_elsewhere();
  Awaitable<Admission> enter_gate(Gate::Job job);
  Awaitable<Step> send_rest();
  Awaitable<Step> stream_next();
  Awaitable<bool> make_piece();
  Awaitable<bool> wait_for_news();
  Awaitable<bool> pause_stream(std::chrono::milliseconds pause);
  Awaitable<void> send_continue();
  Awaitable<void> linger();

  Step begin(SteadyTime now);
  Step head_came(const boost::system::error_code& error, std::size_t bytes);
  Step parse_head();
  Step after_head(SteadyTime now);
  void find_forwarded();
  void find_account();
  Step after_body();
  Step work();
  Step finish_body(RequestParser::Progress progress);
  Step refuse(int status, std::string_view why);
  Step turn_away(Admission admission);
  Gate::Job job_of_request(const Cost& expected) const;
  void answer_on_worker();
  void answer_late();
  void send_late_answer();
  Step drop_late_answer();
  Step send();
  Step flush();
  Step finish(SteadyTime now);
  void begin_stream();
  void end_stream();
  void end_stream_wait();
  void sweep_stream(SteadyTime now);
  void watch_stream(SteadyTime now);
  std::size_t queued_bytes();
  std::size_t stream_acknowledged_bytes();
  bool stream_client_reads_on();
  std::size_t bytes_wanted() const;  // of the client, in each write_timeout
  Step send_piece();
  Step send_end_of_stream();
  Step cut_stream_off();
  void ask_stream();
  void ask_stream_on_worker();
  std::size_t body_read_bytes() const;
  bool charge_answer();  // false when there is no room for the answer
  void drop_what_is_not_sent();
  void enter_request(SteadyTime now);
  void leave_request();
  void body_came(std::size_t bytes);
  void sweep_queued(SteadyTime now);
  bool client_reads_on(SteadyTime now);
  bool is_client_gone();
  Client client() {
    return {forwarded_ ? *forwarded_ : *origin_.peer, account_ ? &*account_ : nullptr};
  }

  Shard& shard_;
  Socket socket_;
  const Welcome welcome_;
  const Origin origin_;
  Peers::Ref forwarded_;  // the address named by a trusted proxy; none: the peer itself
  Peers::Ref account_;    // of the request
  RequestParser parser_;
  Exchange exchange_;
  InputBuffer input_;
  std::string head_;  // head of the response being sent
  Output output_;
  std::shared_ptr<BodyStream> stream_;    // of the response being sent
  std::string piece_;                     // of the stream, with its end
  std::optional<BodyStream::Next> said_;  // by the stream, with the piece
  std::size_t streamed_bytes_ = 0;        // by earlier outputs
  class StreamWaker;
  std::shared_ptr<StreamWaker> waker_;  // with whoever wakes the stream
  Timer* stream_timer_ = nullptr;       // pause_stream() sleeps on it
  SteadyTime stream_check_at_;          // of the client, as `acknowledged_bytes_` was before
  bool is_stream_over_ = false;         // only its end is still to be sent
  bool is_stream_blocked_ = false;      // has waited for its client since it last had no news
  Turn turn_{*this};
  Charge body_charge_;
  AnswerCharge answer_charge_;
  SteadyTime deadline_ = SteadyTime::max();
  SteadyTime body_deadline_;            // as extended by the bytes received so far
  std::size_t acknowledged_bytes_ = 0;  // of the response, when its deadline was last set
  bool is_reading_head_ = false;
  bool is_sending_ = false;                     // more than the socket takes at once
  bool is_at_work_ = false;                     // on a worker
  bool is_in_request_ = false;                  // counted as in flight
  std::atomic<bool> is_answered_late_ = false;  // also read by the worker
  std::size_t late_bytes_ = 0;                  // of the late answer
  bool timed_out_ = false;
  bool keep_alive_ = true;
  bool input_left_ = false;  // unread input of a request that was answered early
  bool closing_ = false;     // the server wants to close
};

}  // namespace codelog::http
