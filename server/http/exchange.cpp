#include "server/http/exchange.h"

#include <algorithm>
#include <array>
#include <exception>

#include "events/base/thrown_error.h"

namespace codelog::http {
namespace {

constexpr std::size_t request_id_bytes_max = 64;
// A body that no handler reads is received and ignored up to this size, so that the connection can
// continue.
constexpr std::size_t unrouted_body_bytes_max = 64u << 10;

bool is_sane_id(std::string_view id) {
  return !id.empty() && id.size() <= request_id_bytes_max &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

int sent_status(const Exchange& exchange) {
  return exchange.delivery.not_modified ? 304 : exchange.response.status;
}

// Faults of the client, such as a malformed request, are not errors of the server; nor is a refusal
// for now, unless its handler has a detail for the log.
LogLevel level_of(const Exchange& exchange, int status) {
  if (status < 500) return LogLevel::info;
  if (status == 503 && exchange.response.log_detail.empty()) return LogLevel::warning;
  return exchange.is_refused ? LogLevel::info : LogLevel::error;
}

Response with_allow(int status, std::string_view allow) {
  Response response = html(status, "");
  response.add("Allow", std::string(allow));
  return response;
}

Response slash_redirect(const Request& request) {
  std::string location(request.raw_path());
  // A location that starts with two slashes would name another host.
  if (location.starts_with("//")) location.replace(1, 1, "%2F");
  location += '/';
  if (request.target().find('?') != std::string_view::npos) {
    location += '?';
    location += request.raw_query();
  }
  return redirect(301, location);
}

}  // namespace

void Exchange::reset() {
  match = {};
  response = {};
  delivery = {};
  is_routed = false;
  is_answered = false;
  is_refused = false;
  // Frees the memory of a large upload before the connection's next request.
  if (request.body.capacity() > unrouted_body_bytes_max) std::string().swap(request.body);
}

Service::Service(const ServerOptions& options, Router router)
    : options_(options), router_(std::move(router)), series_(router_.routes().size() + 1) {}

void Service::route(Exchange& exchange, std::string_view generated_id) const {
  Request& request = exchange.request;
  const auto given = request.header("X-Request-Id");
  request.request_id = given && is_sane_id(*given) ? *given : generated_id;
  exchange.is_routed = true;
  exchange.body_bytes_max = std::min(unrouted_body_bytes_max, options_.limits.body_bytes_max);
  if (is_preflight(request)) return;
  exchange.match = router_.match(request.method(), request.path());
  if (exchange.match.kind != RouteMatch::Kind::found) return;
  const bool reads = request.method() == Method::get || request.method() == Method::head;
  // A body of GET has no meaning, so it may not fill the memory.
  const std::size_t limit = reads ? exchange.body_bytes_max : options_.limits.body_bytes_max;
  exchange.body_bytes_max = std::min(limit, exchange.match.route->body_bytes_max.value_or(limit));
}

bool Service::answer_quickly(Exchange& exchange) const {
  const QuickHandler& quick = exchange.match.route->quick;
  if (!quick) return false;
  try {
    auto response = quick(exchange.request, exchange.match.parameters);
    if (!response) return false;
    exchange.response = std::move(*response);
  } catch (...) {
    return false;  // the worker handler will report the fault
  }
  exchange.delivery = plan_delivery(exchange.request, exchange.response);
  exchange.is_answered = true;
  return true;
}

void Service::answer(Exchange& exchange) const {
  if (exchange.is_answered) return;
  const Request& request = exchange.request;
  if (is_preflight(request)) {
    exchange.response = preflight_response();
    return;
  }
  switch (exchange.match.kind) {
    case RouteMatch::Kind::found:
      exchange.response = run_handler(exchange);
      break;
    case RouteMatch::Kind::options:
      exchange.response = with_allow(200, exchange.match.allow);
      break;
    case RouteMatch::Kind::wrong_method:
      exchange.response = with_allow(405, exchange.match.allow);
      break;
    case RouteMatch::Kind::add_slash:
      exchange.response = slash_redirect(request);
      break;
    case RouteMatch::Kind::nothing:
      if (request.path() == "*") {
        exchange.response = with_allow(200, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
      } else {
        exchange.response = error_page(request, 404, "There is nothing at this address.");
      }
      break;
  }
  exchange.delivery = plan_delivery(request, exchange.response);
}

Response Service::run_handler(const Exchange& exchange) const {
  const Request& request = exchange.request;
  std::string what = "an exception of unknown type";
  try {
    return exchange.match.route->handler(request, exchange.match.parameters);
  } catch (const base::ThrownError& thrown) {
    const base::Error& error = thrown.error();
    Response response = error_page(request, http_status(error.code), error.detail);
    if (error.code == base::ErrorCode::unavailable) response.add("Retry-After", "1");
    response.log_detail = thrown.what();
    return response;
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
  }
  Response response = error_page(request, 500,
                                 "The server failed. Its log says why, under the "
                                 "request id given here.");
  response.log_detail = "handler threw: " + what;
  return response;
}

Response Service::error_page(const Request& request, int status, std::string_view detail) const {
  if (options_.error_page) {
    try {
      return options_.error_page(request, status, detail);
    } catch (...) {
      // The handler for error pages failed; the plain page below says the same.
    }
  }
  return problem(request, status, detail);
}

void Service::refuse(Exchange& exchange, int status, std::string_view why) const {
  exchange.response = error_page(exchange.request, status, why);
  if (status == 503) exchange.response.add("Retry-After", "1");
  exchange.delivery = {};
  exchange.is_refused = true;
}

Response Service::late_answer(const Exchange& exchange) const {
  // No Retry-After: without an Idempotency-Key, a repeated request could save the change twice.
  if (exchange.may_save()) {
    return error_page(exchange.request, 503,
                      "The server did not answer in time. It is unknown whether this change was "
                      "saved: repeat the request with the same Idempotency-Key to get its result. "
                      "If it had no key, look whether the change is there before you repeat it.");
  }
  Response response =
      error_page(exchange.request, 503, "The server did not answer in time. Try again later.");
  response.add("Retry-After", "1");
  return response;
}

std::string_view Service::path_for_log(const Exchange& exchange) const {
  const bool is_secret =
      exchange.match.kind == RouteMatch::Kind::found && exchange.match.route->has_secret_path;
  return is_secret ? std::string_view(exchange.match.route->pattern) : exchange.request.path();
}

void Service::record_late(const Exchange& exchange) const {
  if (options_.log == nullptr) return;
  const Request& request = exchange.request;
  options_.log->write(
      LogLevel::error, "handler_late",
      {{"request_id", request.request_id},
       {"method", request.method_text()},
       {"path", path_for_log(exchange)},
       {"handler_timeout_ms", std::int64_t{options_.limits.handler_timeout.count()}}});
}

std::string_view Service::route_name(const Exchange& exchange) const {
  if (exchange.match.kind != RouteMatch::Kind::found) return "unmatched";
  return exchange.match.route->pattern;
}

void Service::count(const Exchange& exchange, int status, std::uint64_t duration_us) const {
  Metrics& metrics = *options_.metrics;
  const bool found = exchange.match.kind == RouteMatch::Kind::found;
  Series& series = series_[found ? exchange.match.route_number : series_.size() - 1];
  const auto method =
      static_cast<std::size_t>(exchange.is_routed ? exchange.request.method() : Method::other);
  const auto status_class = static_cast<std::size_t>(std::clamp(status / 100, 0, 5));
  std::atomic<Counter*>& slot = series.requests[method * 6 + status_class];
  Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = &metrics.counter("http_requests_total", "Requests answered.",
                               {{"method", std::string(to_string(static_cast<Method>(method)))},
                                {"route", std::string(route_name(exchange))},
                                {"status", std::to_string(status_class) + "xx"}});
    slot.store(counter, std::memory_order_release);
  }
  counter->add();
  Histogram* histogram = series.duration.load(std::memory_order_acquire);
  if (histogram == nullptr) {
    histogram = &metrics.histogram("http_request_duration_seconds",
                                   "From the end of a request's head to the end of its answer.",
                                   {{"route", std::string(route_name(exchange))}});
    series.duration.store(histogram, std::memory_order_release);
  }
  histogram->observe_us(duration_us);
}

void Service::record(const Exchange& exchange, std::size_t bytes_sent, SteadyTime now) const {
  using std::chrono::duration_cast;
  if (options_.metrics == nullptr && options_.log == nullptr) return;
  const auto duration_us = duration_cast<std::chrono::microseconds>(now - exchange.started).count();
  const int status = sent_status(exchange);
  if (options_.metrics != nullptr) {
    count(exchange, status, static_cast<std::uint64_t>(duration_us));
  }
  const LogLevel level = level_of(exchange, status);
  if (options_.log == nullptr || !options_.log->enabled(level)) return;
  const Request& request = exchange.request;
  options_.log->write(level, "request",
                      {{"request_id", request.request_id},
                       {"method", request.method_text()},
                       {"path", path_for_log(exchange)},
                       {"status", std::int64_t{status}},
                       {"bytes", static_cast<std::int64_t>(bytes_sent)},
                       {"duration_us", std::int64_t{duration_us}},
                       {"remote", std::string_view(request.remote_address)},
                       {"user", std::string_view(exchange.response.user)},
                       {"detail", std::string_view(exchange.response.log_detail)}});
}

}  // namespace codelog::http
