// One operation of the native API: its description in the OpenAPI document, and its handler. The
// router and the document are both made from the table of endpoints, so there is no second list.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>
#include <variant>
#include <vector>

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::api {

using application::Application;
using base::Error;
using base::ErrorCode;
using base::Result;
using events::Commit;
using projections::Views;

// A request that only reads. Its views are those of one moment, at or after the client's
// min_position.
struct ReadCall {
  Application& application;
  const http::Request& request;
  const http::PathParameters& path;
  const Views& views;
  const nlohmann::json& body;  // matches the endpoint's schema; null if the endpoint takes no body
};

// A request that changes something.
struct WriteCall {
  Application& application;
  const http::Request& request;
  const http::PathParameters& path;
  const nlohmann::json& body;
  const commands::Write& write;
};

using Read = std::function<Result<http::Response>(const ReadCall&)>;
// The commit, or the answer if there was nothing to commit.
using Outcome = std::variant<Commit, http::Response>;
using Act = std::function<Result<Outcome>(const WriteCall&)>;
// Makes the answer from the commit alone, so that a repeated request gets the same answer.
using Render = std::function<http::Response(const WriteCall&, const Commit&)>;

enum class Parameter {
  term,
  code,
  mode,
  type,
  active,
  as_of,
  after,
  limit,
  offset,
  owner,
  coding_system,
  status,
  changes,
  release
};

struct Endpoint {
  http::Method method = http::Method::get;
  std::string_view path = {};  // "/api/v2/versions/{hash}"
  std::string_view id = {};    // operationId
  std::string_view summary = {};
  std::vector<Parameter> query = {};
  std::string_view body = {};  // names of schemas; "" for none
  std::string_view answer = {};
  int status = 200;
  bool body_is_optional = false;
  bool needs_token = false;  // for reads; writes always need one
  // for reads that show only data under ChangeWatch::lists(): the answer is cached
  bool is_kept = false;
  Read read = {};
  Act act = {};
  Render render = {};
};

// Every endpoint of the native API except the one that returns the OpenAPI document.
std::vector<Endpoint> all_endpoints();

// The endpoints by subject.
std::vector<Endpoint> release_endpoints();
std::vector<Endpoint> search_endpoints();
std::vector<Endpoint> codelist_endpoints();
std::vector<Endpoint> version_endpoints();
std::vector<Endpoint> draft_endpoints();
std::vector<Endpoint> conversion_endpoints();
std::vector<Endpoint> upgrade_endpoints();

// The parameter's name in the query and its description for the document.
std::string_view name_of(Parameter parameter);
nlohmann::json describe(Parameter parameter);

// Makes the route of an endpoint. The route handles authentication, min_position, strict JSON,
// Idempotency-Key and problems.
http::Route route_of(const Endpoint& endpoint, Application& application);

// The error as problem+json, with its headers.
http::Response problem_of(const http::Request& request, const Error& error);

// The ready release whose alias is in the path. Errors: not_found.
Result<commands::ReleasePointer> release_in_path(const ReadCall& call);

struct NumberRange {
  std::uint64_t minimum = 0;
  std::uint64_t maximum = UINT64_MAX;
};
// A number from the query, or `otherwise` if it is missing. Errors: invalid, naming the parameter.
Result<std::uint64_t> number_in_query(const http::Request& request, std::string_view name,
                                      std::uint64_t otherwise, NumberRange range);

}  // namespace codelog::api
