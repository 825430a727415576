// A request as handlers see it: complete, checked and decoded. Handlers get a const reference,
// valid until they return.
//
// Keeps the head unchanged in one string, with header fields as offsets into it: a connection reads
// its next request into the same object without allocating. Not thread-safe, and never shared: one
// request, one handler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/base/result.h"
#include "server/http/urlencoded.h"

namespace codelog::http {

// `other` is any valid method token outside this list; only routes for any method answer it.
enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

inline constexpr std::size_t methods_count = 8;
inline constexpr std::size_t parameters_max =
    1000;  // fields of a query or a form; OpenCodelists' limit

std::string_view to_string(Method method);
Method parse_method(std::string_view text);

class Request {
 public:
  Method method() const { return method_; }
  std::string_view method_text() const { return view(method_text_); }
  // Unchanged, e.g. "/codelist/a%20b/?q=x"; for an absolute-form target, the part after the
  // authority.
  std::string_view target() const { return view(target_); }
  // Decoded, without the query; starts with '/', or is "*" for an OPTIONS about the server itself.
  const std::string& path() const { return path_; }
  std::string_view raw_path() const { return view(raw_path_); }
  // Without the '?'.
  std::string_view raw_query() const { return view(raw_query_); }
  const Parameters& query() const { return query_; }

  // The field's value; names ignore case, and the first of repeated fields counts.
  std::optional<std::string_view> header(std::string_view name) const;
  std::vector<std::string_view> headers(std::string_view name) const;
  // The Content-Type without its parameters, in lower case: "application/json".
  std::string media_type() const;

  std::string body;
  std::string remote_address;  // the peer, or the client that a trusted proxy names; without port
  std::string request_id;

 private:
  friend class RequestBuilder;
  struct Span {
    std::uint32_t at = 0;
    std::uint32_t size = 0;
  };
  struct Field {
    Span name;
    Span value;
  };

  std::string_view view(Span span) const {
    return std::string_view(head_).substr(span.at, span.size);
  }

  Method method_ = Method::get;
  std::string head_;
  Span method_text_, target_, raw_path_, raw_query_;
  std::vector<Field> fields_;
  std::string path_;
  Parameters query_;
};

// Fills a Request; for the parser, and for tests that make requests without a socket.
class RequestBuilder {
 public:
  explicit RequestBuilder(Request& request) : request_(request) {}

  // Empties the request, keeping its memory, and copies `head`. Views given to set_line() and
  // add_field() must point into the returned copy.
  std::string_view start(std::string_view head);
  // Returns false if the target is not a path (or an absolute URL, or "*" of OPTIONS), or if its
  // query has too many fields.
  [[nodiscard]] bool set_line(std::string_view method, std::string_view target);
  void add_field(std::string_view name, std::string_view value);

 private:
  Request::Span span_of(std::string_view part) const;
  Request& request_;
};

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// Makes a request by hand, for tests of handlers. The target must be valid (checked).
Request make_request(Method method, std::string_view target, const HeaderList& headers = {},
                     std::string body = {});

// The fields of an application/x-www-form-urlencoded body. Errors: invalid (another media type, too
// many fields).
base::Result<Parameters> parse_form(const Request& request);

// Removes spaces and tabs at both ends (RFC 9110, 5.6.3).
std::string_view trim(std::string_view text);

// Ignores the case of ASCII letters.
bool equals_ignoring_case(std::string_view a, std::string_view b);

}  // namespace codelog::http
