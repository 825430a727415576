#include "tests/server/browser.h"

#include <catch2/catch.hpp>

#include "server/http/urlencoded.h"

namespace codelog::tests {
namespace {

constexpr const char* token_field = "csrfmiddlewaretoken";

// "name=value" of each Set-Cookie; the attributes contain no comma.
void keep_cookies(const std::string& header, std::map<std::string, std::string>& cookies) {
  std::size_t at = 0;
  while (at < header.size()) {
    const std::size_t end = std::min(header.find(", ", at), header.size());
    const std::string cookie = header.substr(at, end - at);
    const std::size_t equals = cookie.find('=');
    const std::size_t semicolon = cookie.find(';');
    const std::string name = cookie.substr(0, equals);
    const bool is_deleted = cookie.find("Max-Age=0") != std::string::npos;
    cookies[name] = is_deleted ? "" : cookie.substr(equals + 1, semicolon - equals - 1);
    at = end + 2;
  }
}

std::string encoded(const Browser::Fields& fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    if (!body.empty()) body += '&';
    body += http::percent_encode(name) + "=" + http::percent_encode(value);
  }
  return body;
}

}  // namespace

Reply Browser::ask(Ask request) {
  std::string sent;
  for (const auto& [name, value] : cookies_) {
    if (value.empty()) continue;
    sent += (sent.empty() ? "" : "; ") + name + "=" + value;
  }
  if (!sent.empty()) request.headers.emplace_back("Cookie", sent);
  // As browsers do, unless the test says otherwise.
  const bool is_plain = headers_.empty() && request.method != "GET";
  if (is_plain) request.headers.emplace_back("Origin", origin_);
  if (is_plain) request.headers.emplace_back("Sec-Fetch-Site", "same-origin");
  for (const auto& header : headers_) request.headers.push_back(header);
  Reply reply = site_.ask(request);
  keep_cookies(reply.header("set-cookie"), cookies_);
  if (request.method == "GET") {
    const std::string policy = reply.header("referrer-policy");
    const bool hides_itself = policy.find("no-referrer") != std::string::npos;
    origin_ = hides_itself ? "null" : "http://test";
  }
  return reply;
}

Reply Browser::get(const std::string& target) { return ask({.target = target}); }

// Any page gives one.
const std::string& Browser::form_token() {
  if (cookie("csrftoken").empty()) get("/accounts/login/");
  REQUIRE_FALSE(cookie("csrftoken").empty());
  return cookies_["csrftoken"];
}

Reply Browser::post(const std::string& target, Fields fields) {
  fields.emplace_back(token_field, form_token());
  return forge(target, fields);
}

Reply Browser::forge(const std::string& target, const Fields& fields) {
  return ask({.method = "POST",
              .target = target,
              .body = encoded(fields),
              .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}});
}

Reply Browser::upload(const std::string& target, const Fields& fields, const File& file) {
  const std::string boundary = "x-test-boundary-x";
  std::string body;
  const auto add = [&](const std::string& head, const std::string& content) {
    body += "--" + boundary + "\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + content +
            "\r\n";
  };
  add("name=\"" + std::string(token_field) + "\"", form_token());
  for (const auto& [name, value] : fields) add("name=\"" + name + "\"", value);
  add("name=\"" + file.field + "\"; filename=\"" + file.name + "\"", file.content);
  body += "--" + boundary + "--\r\n";
  return ask({.method = "POST",
              .target = target,
              .body = body,
              .headers = {{"Content-Type", "multipart/form-data; boundary=" + boundary}}});
}

Reply Browser::send_json(const std::string& method, const std::string& target,
                         const std::string& body) {
  return ask({.method = method,
              .target = target,
              .body = body,
              .headers = {{"Content-Type", "application/json"}, {"X-CSRFToken", form_token()}}});
}

void Browser::log_in(const std::string& username) {
  const Reply reply =
      post("/accounts/login/", {{"username", username}, {"password", password_of(username)}});
  REQUIRE(reply.status == 302);
  REQUIRE(is_signed_in());
}

std::string Browser::cookie(const std::string& name) const {
  const auto found = cookies_.find(name);
  return found == cookies_.end() ? "" : found->second;
}

void Browser::add_header(const std::string& name, const std::string& value) {
  headers_.emplace_back(name, value);
}

std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const std::size_t found = text.find(before);
  REQUIRE(found != std::string::npos);
  const std::size_t begin = found + before.size();
  const std::size_t end = text.find(after, begin);
  REQUIRE(end != std::string::npos);
  return text.substr(begin, end - begin);
}

std::string password_of(const std::string& username) { return "pw-" + username + "-long"; }

void set_passwords(ApiSite& site, const std::vector<std::string>& usernames) {
  const commands::Write write{commands::Actor::system(), std::nullopt};
  for (const std::string& username : usernames) {
    const auto set =
        site.application().accounts().set_password(write, username, password_of(username));
    REQUIRE(set);
  }
}

}  // namespace codelog::tests
