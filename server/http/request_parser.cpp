#include "server/http/request_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "events/base/check.h"

namespace codelog::http {
namespace {

namespace beast_http = boost::beast::http;

constexpr std::size_t line_extra_bytes_max = 64;  // of a request line: method, spaces and version
constexpr std::size_t line_end_bytes = 2;         // CR, LF
constexpr std::size_t chunked_bytes_min = 5;      // "0", CR LF, CR LF

std::string_view to_std(boost::beast::string_view text) { return {text.data(), text.size()}; }

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Strict, so that no server behind this one can read a part of Host as a path, a user or a second
// name.
bool is_host(std::string_view text) {
  return text.find_first_of(" \t/\\@?#,<>\"") == std::string_view::npos;
}

std::string_view describe(const boost::beast::error_code& error) {
  using Reason = beast_http::error;
  if (error == Reason::bad_method) return "The method is not a token.";
  if (error == Reason::bad_target) return "The request target has a character that no URL has.";
  if (error == Reason::bad_version) return "The request line does not end in a version of HTTP/1.";
  if (error == Reason::bad_field) return "A header's name is not a token.";
  if (error == Reason::bad_value) return "A header's value is not valid.";
  if (error == Reason::bad_content_length || error == Reason::multiple_content_length) {
    return "Content-Length is not one number.";
  }
  if (error == Reason::bad_transfer_encoding) return "Transfer-Encoding does not frame a message.";
  if (error == Reason::bad_chunk || error == Reason::bad_chunk_extension) {
    return "A chunk of the body is malformed.";
  }
  return "The request is malformed.";
}

// True for "GET / HTTP/2.0": a version, but an unsupported one.
bool names_other_version(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  const std::size_t space = line.rfind(' ');
  return space != std::string_view::npos && line.substr(space + 1).starts_with("HTTP/") &&
         line.size() == space + 9 && line[space + 7] == '.';
}

}  // namespace

// Beast's parser, filling our Request instead of Beast's containers.
class RequestParser::Grammar {
 public:
  class Parser final : public beast_http::basic_parser<true> {
   public:
    Parser(RequestBuilder builder, Request& request) : builder_(builder), request_(request) {
      // Both limits are checked elsewhere: scan_lines() has measured the head, and put_body()
      // counts the body.
      header_limit(std::uint32_t{1} << 30);
      body_limit(boost::none);
    }

    std::size_t hosts_count = 0, lengths_count = 0, encodings_count = 0, expects_count = 0;
    bool good_host = true, good_length = true, good_encoding = true, good_expect = true;
    bool good_target = true;
    int version = 11;
    std::size_t body_bytes_max = 0;
    bool too_large = false;

   private:
    using Error = boost::beast::error_code;
    using Text = boost::beast::string_view;

    void on_request_impl(beast_http::verb, Text method, Text target, int http_version,
                         Error&) override {
      version = http_version;
      good_target = builder_.set_line(to_std(method), to_std(target));
    }

    void on_field_impl(beast_http::field field, Text name, Text value, Error&) override {
      if (is_header_done()) return;  // a trailer; the server ignores trailers
      builder_.add_field(to_std(name), to_std(value));
      if (field == beast_http::field::host) {
        ++hosts_count;
        good_host = is_host(to_std(value));
      } else if (field == beast_http::field::content_length) {
        ++lengths_count;
        good_length = all_digits(to_std(value));
      } else if (field == beast_http::field::transfer_encoding) {
        ++encodings_count;
        good_encoding = equals_ignoring_case(to_std(value), "chunked");
      } else if (field == beast_http::field::expect) {
        ++expects_count;
        good_expect = equals_ignoring_case(to_std(value), "100-continue");
      }
    }

    void on_header_impl(Error&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) override {
      stated_bytes_ = length.value_or(0);
    }

    std::size_t on_body_impl(Text bytes, Error& error) override { return append(bytes, error); }
    void on_chunk_header_impl(std::uint64_t size, Text, Error& error) override {
      if (size > body_bytes_max - request_.body.size()) refuse(error);
    }
    std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, Error& error) override {
      return append(bytes, error);
    }
    void on_finish_impl(Error&) override {}
    void on_response_impl(int, Text, int, Error&) override {}

    void refuse(Error& error) {
      too_large = true;
      error = beast_http::error::body_limit;
    }
    std::size_t append(Text bytes, Error& error) {
      if (bytes.size() > body_bytes_max - request_.body.size()) {
        refuse(error);
        return 0;
      }
      make_room(request_.body.size() + bytes.size());
      request_.body.append(bytes.data(), bytes.size());
      return bytes.size();
    }
    // Doubles the body's memory, as a string does by itself, but not beyond its stated length. A
    // growing string takes twice its memory at least, so a new one replaces it.
    void make_room(std::size_t bytes) {
      std::string& body = request_.body;
      if (bytes <= body.capacity() || stated_bytes_ < bytes) return;
      std::string larger;
      larger.reserve(std::max(bytes, std::min(stated_bytes_, body.capacity() * 2)));
      larger.append(body);
      body.swap(larger);
    }

    RequestBuilder builder_;
    Request& request_;
    std::size_t stated_bytes_ = 0;  // of the body; 0 for a chunked one
  };

  std::optional<Parser> parser;
};

RequestParser::RequestParser(const ParserLimits& limits)
    : limits_(limits), grammar_(std::make_unique<Grammar>()) {}

RequestParser::~RequestParser() = default;

void RequestParser::start(Request& request) {
  request_ = &request;
  RequestBuilder(request).start({});  // if the head is bad, the previous request must not show
  head_at_ = line_at_ = scanned_ = lines_count_ = consumed_ = 0;
  begun_ = body_begun_ = expects_continue_ = is_http_1_0_ = false;
  failure_ = {};
}

RequestParser::Progress RequestParser::fail(int status, std::string_view why) {
  failure_ = {status, why};
  return Progress::failed;
}

bool RequestParser::is_line_too_long(std::size_t bytes) const {
  return lines_count_ == 0 &&
         bytes - head_at_ > limits_.target_bytes_max + line_extra_bytes_max + line_end_bytes;
}

bool RequestParser::is_too_large(std::size_t bytes) const {
  return is_line_too_long(bytes) || bytes - head_at_ > limits_.head_bytes_max ||
         head_at_ > limits_.head_bytes_max;
}

RequestParser::Progress RequestParser::fail_as_too_large(std::size_t bytes) {
  // Many empty lines are refused before the request line arrives.
  const bool has_room = head_at_ <= limits_.head_bytes_max;
  if (has_room && is_line_too_long(bytes)) return fail(414, "The request line is too long.");
  return fail(431, "The head of the request is too large.");
}

RequestParser::Progress RequestParser::scan_lines(std::string_view bytes, std::size_t& head_end) {
  for (;;) {
    const std::size_t end = bytes.find('\n', scanned_);
    if (end == std::string_view::npos) break;
    scanned_ = end + 1;
    // First, since it is also found before the line has ended.
    if (is_too_large(end + 1)) return fail_as_too_large(end + 1);
    if (end == line_at_ || bytes[end - 1] != '\r') {
      return fail(400, "A line of the head does not end in CR LF.");
    }
    const std::string_view line = bytes.substr(line_at_, end - 1 - line_at_);
    if (line.empty() && line_at_ > head_at_) {
      head_end = end + 1;
      return Progress::done;
    }
    if (line.empty()) {
      head_at_ = end + 1;  // some clients send an empty line after a body
    } else if (line.front() == ' ' || line.front() == '\t') {
      return fail(400, "Folded headers are not accepted.");
    } else if (++lines_count_ > limits_.fields_max + 1) {
      return fail(431, "The request has too many headers.");
    }
    line_at_ = end + 1;
  }
  scanned_ = bytes.size();
  begun_ = bytes.size() > head_at_;
  return Progress::need_more;
}

RequestParser::Progress RequestParser::parse_head(std::string_view bytes) {
  std::size_t head_end = 0;
  const Progress scanned = scan_lines(bytes, head_end);
  if (scanned == Progress::failed) return scanned;
  if (scanned == Progress::need_more) {
    return is_too_large(bytes.size()) ? fail_as_too_large(bytes.size()) : scanned;
  }

  RequestBuilder builder(*request_);
  const std::string_view head = builder.start(bytes.substr(head_at_, head_end - head_at_));
  auto& parser = grammar_->parser.emplace(builder, *request_);
  boost::beast::error_code error;
  const std::size_t used = parser.put(boost::asio::const_buffer(head.data(), head.size()), error);
  if (error == beast_http::error::bad_version && names_other_version(head)) {
    return fail(505, "Only HTTP/1.0 and HTTP/1.1 are spoken here.");
  }
  if (error) return fail(400, describe(error));
  CODELOG_CHECK(used == head.size() && parser.is_header_done(), "a complete head was not consumed");
  consumed_ = head_end;
  return check_framing();
}

RequestParser::Progress RequestParser::check_framing() {
  auto& parser = *grammar_->parser;
  if (request_->target().size() > limits_.target_bytes_max) {
    return fail(414, "The request target is too long.");
  }
  if (!parser.good_target) {
    return fail(400,
                "The request target is neither a path nor an absolute URL, or its query has "
                "too many fields.");
  }
  if (parser.hosts_count > 1 || !parser.good_host) return fail(400, "Host is not one name.");
  if (parser.hosts_count == 0 && parser.version == 11) return fail(400, "Host is missing.");
  if (parser.lengths_count > 1 || !parser.good_length) {
    return fail(400, "Content-Length is not one number.");
  }
  if (parser.encodings_count > 0) {
    if (parser.lengths_count > 0 || parser.encodings_count > 1 || parser.version == 10) {
      return fail(400, "Transfer-Encoding conflicts with Content-Length or with the HTTP version.");
    }
    if (!parser.good_encoding) return fail(501, "Only the transfer encoding chunked is known.");
  }
  if (parser.expects_count > 1 || !parser.good_expect) {
    return fail(417, "Only the expectation 100-continue is known.");
  }
  is_http_1_0_ = parser.version == 10;
  expects_continue_ = parser.expects_count == 1 && !is_http_1_0_;
  parser.eager(true);  // from here on, through chunk after chunk
  return Progress::done;
}

bool RequestParser::has_body() const { return !grammar_->parser->is_done(); }

std::optional<std::uint64_t> RequestParser::content_length() const {
  const auto length = grammar_->parser->content_length();
  return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
}

bool RequestParser::keep_alive() const { return grammar_->parser->keep_alive(); }

RequestParser::Progress RequestParser::parse_body(std::string_view bytes,
                                                  std::size_t body_bytes_max) {
  consumed_ = 0;
  auto& parser = *grammar_->parser;
  parser.body_bytes_max = body_bytes_max;
  boost::beast::error_code error;
  // Beast takes an empty buffer for the end of the body, not for "need more". Its assertion ends
  // the server if a body begins with the last chunk and only four bytes of it have arrived.
  if (!body_begun_ && !content_length() && bytes.size() < chunked_bytes_min) {
    return Progress::need_more;
  }
  if (bytes.empty()) return Progress::need_more;
  body_begun_ = true;
  while (consumed_ < bytes.size()) {
    // In portions, so that the limit of a chunk's header does not depend on the cut of the bytes.
    const auto portion = bytes.substr(consumed_, limits_.head_bytes_max + 1);
    const auto used = parser.put(boost::asio::const_buffer(portion.data(), portion.size()), error);
    consumed_ += used;
    if (parser.too_large) return fail(413, "The body is too large.");
    if (error && error != beast_http::error::need_more) return fail(400, describe(error));
    if (parser.is_done()) return Progress::done;
    if (portion.size() - used > limits_.head_bytes_max) {
      return fail(431, "A chunk's header or the trailers are too large.");
    }
    if (used == 0) break;
  }
  return Progress::need_more;
}

}  // namespace codelog::http
