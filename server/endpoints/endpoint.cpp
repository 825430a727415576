#include "server/endpoints/endpoint.h"

#include "server/identity/authentication.h"
#include "server/identity/idempotency.h"
#include "server/json/json_reader.h"
#include "server/json/json_schema.h"

namespace codelog::endpoints {
namespace {

using Json = nlohmann::json;

constexpr std::size_t unread_body_bytes_max = 64u << 10;

Error not_there_yet(std::uint64_t position) {
  return {ErrorCode::unavailable,
          "position " + std::to_string(position) + " has not been reached; ask again later",
          {}};
}

Result<void> wait_for_position(Application& application, const http::Request& request) {
  const auto wanted = number_in_query(request, "min_position", 0, {});
  if (!wanted) return wanted.error();
  const commands::Site& site = application.site();
  if (site.projections.checkpoint().value() >= *wanted) return {};
  const auto wait = application.position_waits().take();
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
    for (const Parameter& parameter : endpoint.query) {
      known = known || entry.name == parameter.name;
    }
    if (!known) {
      return base::field_error(ErrorCode::invalid, entry.name,
                               "is not a parameter of this resource");
    }
  }
  return {};
}

Result<Json> read_body(const Endpoint& endpoint, const Json& schemas,
                       const http::Request& request) {
  if (endpoint.body.empty()) return Json();
  if (request.body.empty() && endpoint.body_is_optional) return Json::object();
  auto body = codelog::json::parse_json(request.body, codelog::json::DuplicateKeys::refused);
  if (!body) return body.error();
  const Json schema = {{"$ref", "#/components/schemas/" + std::string(endpoint.body)}};
  auto wrong = codelog::json::check_schema(schema, schemas, *body);
  if (wrong.empty()) return body;
  Error error{ErrorCode::invalid, "some fields of the request are wrong", std::move(wrong)};
  if (error.fields.front().field.empty()) error.detail += ": it " + error.fields.front().detail;
  return error;
}

Result<http::Response> answer_read(const Endpoint& endpoint, const Json& schemas,
                                   Application& application, const http::Request& request,
                                   const http::PathParameters& path) {
  if (const auto known = check_query(endpoint, request); !known) return known.error();
  const auto body = read_body(endpoint, schemas, request);
  if (!body) return body.error();
  if (const auto reached = wait_for_position(application, request); !reached) {
    return reached.error();
  }
  const Views views = application.views_for(request);
  std::optional<commands::Actor> actor;
  if (endpoint.needs_token) {
    auto known = identity::authenticate_any(request, application.site(), views,
                                            application.options().base_urls);
    if (!known) return known.error();
    actor = std::move(*known);
  }
  auto response = endpoint.read({application, request, path, views, *body, actor});
  if (!response || !endpoint.is_kept || views.is_personal()) return response;
  http::Response kept = http::cached(
      http::make_cached_body(std::move(response->content_type), std::move(response->body)));
  application.cache().keep(request.target(), {}, views.checkpoint(), kept);
  return kept;
}

// Cached answers are right for the current views; a client that wants later ones must wait.
std::optional<http::Response> find_kept(Application& application, const http::Request& request) {
  if (request.query().has("min_position") || application.may_be_personal(request))
    return std::nullopt;
  return application.cache().find(request.target());
}

Result<http::Response> answer_write(const Endpoint& endpoint, const Json& schemas,
                                    Application& application, const http::Request& request,
                                    const http::PathParameters& path) {
  const auto actor = identity::authenticate_any(request, application.site(), application.views(),
                                                application.options().base_urls);
  if (!actor) return actor.error();
  if (actor->may_only_read) return Error{ErrorCode::forbidden, "this token may only read", {}};
  const auto write = identity::make_write(request, *actor);
  if (!write) return write.error();
  const Json nothing;
  const auto repeated = identity::find_repeated(application.site(), *write);
  if (!repeated) return repeated.error();
  if (*repeated) return endpoint.render({application, request, path, nothing, *write}, **repeated);
  if (const auto known = check_query(endpoint, request); !known) return known.error();
  const auto body = read_body(endpoint, schemas, request);
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

http::Response keep_answer(const ReadCall& call, base::CodelistId codelist, http::Response made) {
  if (call.views.is_personal()) return made;
  http::Response kept =
      http::cached(http::make_cached_body(std::move(made.content_type), std::move(made.body)));
  call.application.cache().keep(call.request.target(), {codelist}, call.views.checkpoint(), kept);
  return kept;
}

http::Response problem_of(const http::Request& request, const Error& error) {
  http::Response response = http::problem(request, error);
  if (error.code == ErrorCode::unauthenticated) response.add("WWW-Authenticate", "Token");
  return response;
}

http::Route route_of(const Endpoint& endpoint, const Json& schemas, Application& application) {
  http::Route route;
  route.methods = {endpoint.method};
  route.pattern = endpoint.path;
  route.runs_on = endpoint.read ? http::RunsOn::worker : http::RunsOn::writer;
  route.body_bytes_max = endpoint.body.empty() ? unread_body_bytes_max : endpoint.body_bytes_max;
  if (endpoint.is_kept || endpoint.keeps_answers) {
    route.quick = [&application](const http::Request& request, const http::PathParameters&) {
      return find_kept(application, request);
    };
  }
  route.handler = [endpoint, &schemas, &application](const http::Request& request,
                                                     const http::PathParameters& path) {
    auto response = endpoint.read ? answer_read(endpoint, schemas, application, request, path)
                                  : answer_write(endpoint, schemas, application, request, path);
    return response ? std::move(*response) : problem_of(request, response.error());
  };
  return route;
}

}  // namespace codelog::endpoints
