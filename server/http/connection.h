// One connection: reads requests, has them answered, writes the responses, one after the other.
// Internal to server/http.
//
// Everything here runs on the thread of the connection's shard, except the handler of a worker
// route (and the compression of a large body), during which the coroutine is on a worker thread and
// touches nothing but its exchange.
//
// Timeouts cost nothing per operation: a connection only notes a deadline, and its shard's sweeper
// looks at all of them now and then. Measured, a timer per operation is a third of the cost of a
// request.
#pragma once

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/http/exchange.h"
#include "server/http/request_parser.h"

namespace codelog::http {

class Shard;

// One executor type, not the type-erased one: less code and fewer allocations.
using Executor = boost::asio::io_context::executor_type;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
template <class T>
using Awaitable = boost::asio::awaitable<T, Executor>;
inline constexpr boost::asio::use_awaitable_t<Executor> use_awaitable;
// Errors as values: hang-ups are ordinary.
inline constexpr auto as_result = boost::asio::as_tuple(use_awaitable);

// Bytes that came and are not used yet: one contiguous piece, which a head must be.
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

class Connection {
 public:
  enum class Welcome : std::uint8_t {
    serve,
    refuse,  // there are too many: answer 503, close
  };

  Connection(Shard& shard, Socket socket, std::string remote_address, Welcome welcome);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The whole life of the connection. The object must outlive it.
  Awaitable<void> run();

  // For the shard:
  void sweep(SteadyTime now);  // ends the wait that has passed its deadline
  void close_if_idle();        // when the server stops
  void abort();                // when its grace is over

 private:
  enum class Step : std::uint8_t {
    read_head,
    read_body,
    work,            // on this thread
    work_elsewhere,  // on a worker
    compress_elsewhere,
    send,
    send_rest,
    close,
  };

  Awaitable<void> refuse_connection();
  Awaitable<Step> read_body();
  Awaitable<Step> work_elsewhere();
  Awaitable<Step> compress_elsewhere();
  Awaitable<Step> send_rest();
  Awaitable<void> send_continue();
  Awaitable<void> linger();

  Step begin(SteadyTime now);
  Step head_came(const boost::system::error_code& error, std::size_t bytes);
  Step parse_head();
  Step after_head(SteadyTime now);
  Step after_body();
  Step work();
  Step finish_body(RequestParser::Progress progress);
  Step refuse(int status, std::string_view why);
  Step send();
  Step flush();
  Step finish(SteadyTime now);
  std::size_t body_read_bytes() const;
  bool account_body();    // false when all bodies together have become too large
  bool account_answer();  // the same of answers
  void enter_request(SteadyTime now);
  void leave_request();
  void set_output(std::string_view head, std::string_view body, int body_file);
  std::size_t write_some(boost::system::error_code& error);
  void body_came(std::size_t bytes);

  Shard& shard_;
  Socket socket_;
  const Welcome welcome_;
  RequestParser parser_;
  Exchange exchange_;
  InputBuffer input_;
  std::string head_;                                 // of the response being sent
  std::array<boost::asio::const_buffer, 2> output_;  // what is left of head and body
  int body_file_ = -1;                               // that has the body, too
  std::size_t body_bytes_ = 0;
  std::size_t output_bytes_ = 0, sent_bytes_ = 0;
  SteadyTime deadline_ = SteadyTime::max();
  SteadyTime flow_started_;   // of the response
  SteadyTime body_deadline_;  // as the body has earned it so far
  std::size_t body_bytes_accounted_ = 0, answer_bytes_accounted_ = 0;
  bool is_reading_head_ = false;
  bool is_in_request_ = false;  // counted as in flight
  bool timed_out_ = false;
  bool keep_alive_ = true;
  bool input_left_ = false;  // of a request that was answered before it was read
  bool closing_ = false;     // the server's wish
};

}  // namespace codelog::http
