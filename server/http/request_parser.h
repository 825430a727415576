// Reads requests out of a connection's bytes, and refuses every request that two servers could read
// in two ways. Internal to server/http; the only part that uses Beast, whose parser does the
// grammar and the chunks.
//
// Stricter than Beast, because a proxy in front may read a request otherwise (request smuggling) or
// because of the cost: no folded headers, no bare LF, no repeated Content-Length (not even an equal
// one) and no list in it, Transfer-Encoding only as the one word "chunked" and only in HTTP/1.1,
// exactly one Host (HTTP/1.1). Beast does not count bytes already consumed against its limit for
// the head, so it gets a head only when it is complete.
//
// Belongs to one connection; memory is reused from request to request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "server/http/request.h"

namespace codelog::http {

struct ParserLimits {
  std::size_t head_bytes_max = 16u << 10;   // beyond: 431
  std::size_t target_bytes_max = 8u << 10;  // beyond: 414
  std::size_t fields_max = 100;             // beyond: 431
};

class RequestParser {
 public:
  enum class Progress : std::uint8_t { need_more, done, failed };
  struct Failure {
    int status = 0;
    std::string_view why;
  };

  explicit RequestParser(const ParserLimits& limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Forgets the last request and empties `request`. The next request is read into it, so it must
  // live until that is complete.
  void start(Request& request);

  // `bytes` are all bytes received since start(): after need_more, the same bytes and more. When
  // done, the head was the first consumed() of them.
  Progress parse_head(std::string_view bytes);
  // True once bytes of a request have arrived; empty lines before it do not count.
  bool has_begun() const { return line_at_ > head_at_ || begun_; }

  // After the head:
  bool has_body() const;                                // still to be read
  std::optional<std::uint64_t> content_length() const;  // nothing when chunked
  bool expects_continue() const { return expects_continue_; }
  bool keep_alive() const;
  bool is_http_1_0() const { return is_http_1_0_; }

  // Appends to the request's body and consumes the first consumed() of `bytes`; the rest must be
  // given again with the bytes that follow. Fails with 413 beyond `body_bytes_max`.
  Progress parse_body(std::string_view bytes, std::size_t body_bytes_max);

  std::size_t consumed() const { return consumed_; }
  const Failure& failure() const { return failure_; }

 private:
  class Grammar;

  Progress fail(int status, std::string_view why);
  // True if a head of at least this many bytes is over a limit.
  bool is_too_large(std::size_t bytes) const;
  bool is_line_too_long(std::size_t bytes) const;
  Progress fail_as_too_large(std::size_t bytes);
  // Finds the end of the head; npos while it is incomplete.
  Progress scan_lines(std::string_view bytes, std::size_t& head_end);
  Progress check_framing();

  const ParserLimits limits_;
  std::unique_ptr<Grammar> grammar_;
  Request* request_ = nullptr;
  std::size_t head_at_ = 0;  // after empty lines
  std::size_t line_at_ = 0;  // start of the first incomplete line
  std::size_t scanned_ = 0;  // no line end before this place
  std::size_t lines_count_ = 0;
  std::size_t consumed_ = 0;
  bool begun_ = false;
  bool body_begun_ = false;
  bool expects_continue_ = false;
  bool is_http_1_0_ = false;
  Failure failure_;
};

}  // namespace codelog::http
