#include "server/http/request.h"

#include <algorithm>
#include <array>

#include "events/base/check.h"
#include "events/base/text.h"

namespace codelog::http {
namespace {

constexpr std::array<std::string_view, methods_count> method_names = {
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

std::string_view to_string(Method method) { return method_names[static_cast<std::size_t>(method)]; }

Method parse_method(std::string_view text) {
  for (std::size_t i = 0; i + 1 < methods_count; ++i) {
    if (method_names[i] == text) return static_cast<Method>(i);
  }
  return Method::other;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const Field& field : fields_) {
    if (field.name.size == name.size() && equals_ignoring_case(view(field.name), name)) {
      return view(field.value);
    }
  }
  return std::nullopt;
}

std::vector<std::string_view> Request::headers(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Field& field : fields_) {
    if (equals_ignoring_case(view(field.name), name)) values.push_back(view(field.value));
  }
  return values;
}

std::string Request::media_type() const {
  std::string_view type = header("Content-Type").value_or("");
  return base::ascii_lower(trim(type.substr(0, type.find(';'))));
}

std::string_view RequestBuilder::start(std::string_view head) {
  request_.head_.assign(head);
  request_.fields_.clear();
  request_.path_.clear();
  request_.query_.clear();
  request_.body.clear();
  request_.method_text_ = request_.target_ = request_.raw_path_ = request_.raw_query_ = {};
  return request_.head_;
}

Request::Span RequestBuilder::span_of(std::string_view part) const {
  if (part.empty()) return {};
  const std::string_view head = request_.head_;
  CODELOG_CHECK(part.data() >= head.data(), "part before the head it belongs to");
  const auto at = static_cast<std::size_t>(part.data() - head.data());
  CODELOG_CHECK(at + part.size() <= head.size(), "part beyond the head it belongs to");
  return {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(part.size())};
}

bool RequestBuilder::set_line(std::string_view method, std::string_view target) {
  request_.method_ = parse_method(method);
  request_.method_text_ = span_of(method);
  if (target != "*" && !target.starts_with('/')) {
    // Absolute form, as proxies send. The authority is not checked: any name may lead here.
    const std::size_t scheme = equals_ignoring_case(target.substr(0, 7), "http://")    ? 7
                               : equals_ignoring_case(target.substr(0, 8), "https://") ? 8
                                                                                       : 0;
    const std::size_t slash = target.find_first_of("/?", scheme);
    if (scheme == 0 || slash == std::string_view::npos || slash == scheme) return false;
    if (target[slash] == '?') return false;
    target.remove_prefix(slash);
  }
  if (target == "*" && request_.method_ != Method::options) return false;
  request_.target_ = span_of(target);
  const std::size_t question = target.find('?');
  request_.raw_path_ = span_of(target.substr(0, question));
  append_decoded(target.substr(0, question), PlusSign::literal, request_.path_);
  if (question == std::string_view::npos) return true;
  request_.raw_query_ = span_of(target.substr(question + 1));
  return parse_urlencoded(target.substr(question + 1), parameters_max, request_.query_);
}

void RequestBuilder::add_field(std::string_view name, std::string_view value) {
  request_.fields_.push_back({span_of(name), span_of(value)});
}

Request make_request(Method method, std::string_view target, const HeaderList& headers,
                     std::string body) {
  std::string head = std::string(to_string(method)) + " " + std::string(target);
  for (const auto& [name, value] : headers) head += name + value;
  Request request;
  RequestBuilder builder(request);
  std::string_view rest = builder.start(head);
  const auto take = [&](std::size_t bytes) {
    const std::string_view part = rest.substr(0, bytes);
    rest.remove_prefix(bytes);
    return part;
  };
  const std::string_view name = take(to_string(method).size());
  take(1);
  CODELOG_CHECK(builder.set_line(name, take(target.size())), "a request made with a bad target");
  for (const auto& header : headers) {
    const std::string_view field = take(header.first.size());
    builder.add_field(field, take(header.second.size()));
  }
  request.body = std::move(body);
  request.remote_address = "127.0.0.1";
  request.request_id = "made-by-hand";
  return request;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view white_space = " \t";
  const std::size_t first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

base::Result<Parameters> parse_form(const Request& request) {
  if (request.media_type() != "application/x-www-form-urlencoded") {
    return base::Error{
        base::ErrorCode::invalid, "The body must be application/x-www-form-urlencoded.", {}};
  }
  Parameters fields;
  if (!parse_urlencoded(request.body, parameters_max, fields)) {
    return base::Error{base::ErrorCode::invalid,
                       "The form has more than " + std::to_string(parameters_max) + " fields.",
                       {}};
  }
  return fields;
}

}  // namespace codelog::http
