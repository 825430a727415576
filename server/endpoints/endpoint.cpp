#include "server/api/endpoint.h"

#include <charconv>
#include <memory>

#include "events/base/slots.h"
#include "server/api/schemas.h"
#include "server/identity/authentication.h"
#include "server/identity/idempotency.h"
#include "server/json/json_reader.h"
#include "server/json/json_schema.h"

namespace codelog::api {
namespace {

using Json = nlohmann::json;

// Each request that waits for a position holds a worker; beyond this number the answer is 503 at
// once.
constexpr std::size_t position_waits_max = 16;
// Bodies with codes or tables may be this large; others have a lower limit.
constexpr std::size_t large_body_bytes_max = 32u << 20;
constexpr std::size_t small_body_bytes_max = 4u << 20;
constexpr std::size_t unread_body_bytes_max = 64u << 10;

std::size_t body_bytes_max_of(std::string_view schema) {
  const bool is_large = schema == "NewCodelist" || schema == "NewVersion" ||
                        schema == "CodesetRequest" || schema == "TermsRequest" ||
                        schema == "ConversionRequest";
  if (is_large) return large_body_bytes_max;
  return schema.empty() ? unread_body_bytes_max : small_body_bytes_max;
}

Error not_there_yet(std::uint64_t position) {
  return {ErrorCode::unavailable,
          "position " + std::to_string(position) + " has not been reached; ask again later",
          {}};
}

Result<void> wait_for_position(Application& application, const http::Request& request) {
  static base::Slots waits({.count = position_waits_max, .waiting_max = 0});
  const auto wanted = number_in_query(request, "min_position", 0, {});
  if (!wanted) return wanted.error();
  const commands::Site& site = application.site();
  if (site.projections.checkpoint().value() >= *wanted) return {};
  const auto wait = waits.take();
  if (!wait) return not_there_yet(*wanted);
  const auto patience = application.options().position_wait_max;
  const bool is_there = site.log.wait_for(base::Position(*wanted), patience);
  // After the wait, the views may still lack the position: they may have stopped following the log.
  if (is_there && site.projections.checkpoint().value() >= *wanted) return {};
  return not_there_yet(*wanted);
}

// A misspelt parameter would otherwise silently give another answer (the present instead of the
// past).
Result<void> check_query(const Endpoint& endpoint, const http::Request& request) {
  for (const auto& entry : request.query().entries()) {
    bool known = entry.name == "min_position" && endpoint.read;
    for (const Parameter parameter : endpoint.query) {
      known = known || entry.name == name_of(parameter);
    }
    if (!known) {
      return base::field_error(ErrorCode::invalid, entry.name,
                               "is not a parameter of this resource");
    }
  }
  return {};
}

Result<Json> read_body(const Endpoint& endpoint, const http::Request& request) {
  if (endpoint.body.empty()) return Json();
  if (request.body.empty() && endpoint.body_is_optional) return Json::object();
  auto body = codelog::json::parse_json(request.body, codelog::json::DuplicateKeys::refused);
  if (!body) return body.error();
  const Json schema = {{"$ref", "#/components/schemas/" + std::string(endpoint.body)}};
  auto wrong = codelog::json::check_schema(schema, schemas(), *body);
  if (wrong.empty()) return body;
  Error error{ErrorCode::invalid, "some fields of the request are wrong", std::move(wrong)};
  if (error.fields.front().field.empty()) error.detail += ": it " + error.fields.front().detail;
  return error;
}

Result<http::Response> answer_read(const Endpoint& endpoint, Application& application,
                                   const http::Request& request, const http::PathParameters& path) {
  if (const auto known = check_query(endpoint, request); !known) return known.error();
  const auto body = read_body(endpoint, request);
  if (!body) return body.error();
  if (const auto reached = wait_for_position(application, request); !reached) {
    return reached.error();
  }
  const Views views = application.views();
  auto response = endpoint.read({application, request, path, views, *body});
  if (!response || !endpoint.is_kept) return response;
  http::Response kept = http::cached(
      http::make_cached_body(std::move(response->content_type), std::move(response->body)));
  application.cache().keep(request.target(), {}, views.checkpoint(), kept);
  return kept;
}

// Cached answers are right for the current views; a client that wants later ones must wait.
std::optional<http::Response> find_kept(Application& application, const http::Request& request) {
  if (request.query().has("min_position")) return std::nullopt;
  return application.cache().find(request.target());
}

Result<http::Response> answer_write(const Endpoint& endpoint, Application& application,
                                    const http::Request& request,
                                    const http::PathParameters& path) {
  const auto actor = identity::authenticate(request, application.views());
  if (!actor) return actor.error();
  const auto write = identity::make_write(request, *actor);
  if (!write) return write.error();
  const Json nothing;
  const auto repeated = identity::find_repeated(application.site(), *write);
  if (!repeated) return repeated.error();
  if (*repeated) return endpoint.render({application, request, path, nothing, *write}, **repeated);
  if (const auto known = check_query(endpoint, request); !known) return known.error();
  const auto body = read_body(endpoint, request);
  if (!body) return body.error();
  const WriteCall call{application, request, path, *body, *write};
  auto outcome = endpoint.act(call);
  if (!outcome || !std::holds_alternative<Commit>(*outcome)) {
    // The same request may have been executed meanwhile.
    const auto now = identity::find_repeated(application.site(), *write);
    if (now && *now) return endpoint.render(call, **now);
  }
  if (!outcome) return outcome.error();
  if (auto* response = std::get_if<http::Response>(&*outcome)) return std::move(*response);
  auto response = endpoint.render(call, std::get<Commit>(*outcome));
  response.user = actor->username;
  return response;
}

}  // namespace

std::string_view name_of(Parameter parameter) {
  switch (parameter) {
    case Parameter::term:
      return "term";
    case Parameter::code:
      return "code";
    case Parameter::mode:
      return "mode";
    case Parameter::type:
      return "type";
    case Parameter::active:
      return "active";
    case Parameter::as_of:
      return "as_of";
    case Parameter::after:
      return "after";
    case Parameter::limit:
      return "limit";
    case Parameter::offset:
      return "offset";
    case Parameter::owner:
      return "owner";
    case Parameter::coding_system:
      return "coding_system";
    case Parameter::status:
      return "status";
    case Parameter::changes:
      return "changes";
    case Parameter::release:
      return "release";
  }
  return "";
}

Json describe(Parameter parameter) {
  const auto describe_as = [&](Json schema, const char* description) -> Json {
    return {{"name", std::string(name_of(parameter))},
            {"in", "query"},
            {"description", description},
            {"schema", std::move(schema)}};
  };
  switch (parameter) {
    case Parameter::term:
      return describe_as({{"type", "string"}},
                         "A text that descriptions contain; case is ignored.");
    case Parameter::code:
      return describe_as({{"type", "string"}},
                         "A code, or the beginning of one and a *; as people type it (J45.0 "
                         "for J450, a term in pipes behind it).");
    case Parameter::mode:
      return describe_as({{"$ref", "#/components/schemas/SearchMode"}}, "How it is matched.");
    case Parameter::type:
      return describe_as({{"type", "string"}},
                         "Only codes listed under this title (as /types has it, case ignored). May "
                         "be given several times: any of them.");
    case Parameter::active:
      return describe_as({{"type", "boolean"}}, "Only codes that are active, or retired.");
    case Parameter::as_of:
      return describe_as({{"type", "string"}},
                         "The state after this position, or at this time (RFC 3339) or day "
                         "(before the first commit that is later).");
    case Parameter::after:
      return describe_as({{"type", "integer"}}, "The `next` of the page before.");
    case Parameter::limit:
      return describe_as({{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}},
                         "Entries on a page.");
    case Parameter::offset:
      return describe_as({{"type", "integer"}, {"minimum", 0}},
                         "Entries to pass over; in a history, codes of its first commit.");
    case Parameter::owner:
      return describe_as({{"$ref", "#/components/schemas/Owner"}}, "Codelists of this owner.");
    case Parameter::coding_system:
      return describe_as({{"type", "string"}}, "Codelists of this coding system.");
    case Parameter::status:
      return describe_as({{"$ref", "#/components/schemas/VersionStatus"}},
                         "Codelists with a version of this status.");
    case Parameter::changes:
      return describe_as({{"type", "boolean"}}, "Show the codes that a step changed, too.");
    case Parameter::release:
      return describe_as({{"type", "string"}}, "An alias; otherwise the most recent release.");
  }
  return {};
}

Result<std::uint64_t> number_in_query(const http::Request& request, std::string_view name,
                                      std::uint64_t otherwise, NumberRange range) {
  if (!request.query().has(name)) return otherwise;
  const std::string_view text = request.query().get(name);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return base::field_error(ErrorCode::invalid, std::string(name), "must be a whole number");
  }
  if (number < range.minimum) {
    return base::field_error(ErrorCode::invalid, std::string(name),
                             "must be at least " + std::to_string(range.minimum));
  }
  if (number > range.maximum) {
    return base::field_error(ErrorCode::invalid, std::string(name),
                             "must be at most " + std::to_string(range.maximum));
  }
  return number;
}

http::Response problem_of(const http::Request& request, const Error& error) {
  http::Response response = http::problem(request, error);
  if (error.code == ErrorCode::unauthenticated) response.add("WWW-Authenticate", "Token");
  return response;
}

http::Route route_of(const Endpoint& endpoint, Application& application) {
  http::Route route;
  route.methods = {endpoint.method};
  route.pattern = endpoint.path;
  route.runs_on = endpoint.read ? http::RunsOn::worker : http::RunsOn::writer;
  route.body_bytes_max = body_bytes_max_of(endpoint.body);
  if (endpoint.is_kept) {
    route.quick = [&application](const http::Request& request, const http::PathParameters&) {
      return find_kept(application, request);
    };
  }
  route.handler = [endpoint, &application](const http::Request& request,
                                           const http::PathParameters& path) {
    auto response = endpoint.read ? answer_read(endpoint, application, request, path)
                                  : answer_write(endpoint, application, request, path);
    return response ? std::move(*response) : problem_of(request, response.error());
  };
  return route;
}

}  // namespace codelog::api
