// One operation of an API: its description for a document, its limits, and its handler. The router
// and the document are both made from a table of endpoints, so there is no second list.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "server/application/application.h"
#include "server/endpoints/parameter.h"
#include "server/http/router.h"

namespace codelog::endpoints {

using application::Application;
using base::Error;
using base::ErrorCode;
using base::Result;
using events::Commit;
using projections::Views;

// A request that only reads. Its views are those of one moment, at or after the client's
// min_position, without what the client may not read.
struct ReadCall {
  Application& application;
  const http::Request& request;
  const http::PathParameters& path;
  const Views& views;
  const nlohmann::json& body;  // matches the endpoint's schema; null if the endpoint takes no body
  const std::optional<commands::Actor>& actor;  // of an endpoint that needs a token
};

// A request that changes something.
struct WriteCall {
  Application& application;
  const http::Request& request;
  const http::PathParameters& path;
  const nlohmann::json& body;
  const commands::Write& write;

  // Without what the user may not read.
  Views views() const { return application.views_for(write.actor.username); }
};

using Read = std::function<Result<http::Response>(const ReadCall&)>;
// The commit, or the answer if there was nothing to commit.
using Outcome = std::variant<Commit, http::Response>;
using Act = std::function<Result<Outcome>(const WriteCall&)>;
// Makes the answer from the commit alone, so that a repeated request gets the same answer.
using Render = std::function<http::Response(const WriteCall&, const Commit&)>;

// Bodies with codes or tables may be this large.
constexpr std::size_t large_body_bytes_max = 32u << 20;
constexpr std::size_t usual_body_bytes_max = 4u << 20;

struct Endpoint {
  http::Method method = http::Method::get;
  std::string_view path = {};  // "/api/v2/versions/{hash}"
  std::string_view id = {};    // operationId
  std::string_view summary = {};
  std::string_view subject = {};  // operations of one subject stand together in the document
  std::vector<Parameter> query = {};
  std::string_view body = {};  // names of schemas; "" for none
  std::string_view answer = {};
  std::string_view media_type = "application/json";  // of the answer
  // Of the answer's compact form, for clients that do not ask for JSON; "" for none.
  std::string_view octets_media_type = {};
  int status = 200;
  // When the answer has status 200 instead, in words; "" for never.
  std::string_view or_200_when = {};
  std::size_t body_bytes_max = usual_body_bytes_max;
  bool body_is_optional = false;
  bool takes_if_match = false;
  bool needs_token = false;  // for reads; writes always need one
  // for reads that show only data under ChangeWatch::lists(): the answer is cached
  bool is_kept = false;
  bool keeps_answers = false;  // for reads that call keep_answer()
  Read read = {};
  Act act = {};
  Render render = {};
};

// Makes the route of an endpoint. The route handles authentication, min_position, strict JSON,
// Idempotency-Key and problems.
// `schemas` has those that endpoints name, and outlives the route, as `application` does.
http::Route route_of(const Endpoint& endpoint, const nlohmann::json& schemas,
                     Application& application);

// Caches an answer with status 200 about one codelist, all of whose data is under
// ChangeWatch::codelist(), unless its reader sees more than guests do.
http::Response keep_answer(const ReadCall& call, base::CodelistId codelist, http::Response made);

// The error as problem+json, with its headers.
http::Response problem_of(const http::Request& request, const Error& error);

}  // namespace codelog::endpoints
