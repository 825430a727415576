// One operation of the native API: what the OpenAPI document says about it, and what it does. The
// table of endpoints is the only list of them: the router and the document are both made from it.
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

// A request that is only answered: with the views of one moment, which is not before the client's
// min_position.
struct ReadCall {
  Application& application;
  const http::Request& request;
  const http::PathParameters& path;
  const Views& views;
  const nlohmann::json& body;  // as its schema says; null where the endpoint takes none
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
// What was committed, or, where nothing needed to be, the answer.
using Outcome = std::variant<Commit, http::Response>;
using Act = std::function<Result<Outcome>(const WriteCall&)>;
// The answer, from the commit alone, so that a repeated request gets the same.
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
  bool needs_token = false;  // of a read; writes always do
  bool is_kept = false;      // of a read that shows what ChangeWatch::lists() watches
  Read read = {};
  Act act = {};
  Render render = {};
};

// Every endpoint of the native API except its own description.
std::vector<Endpoint> all_endpoints();

// The parts of it.
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

// The route that answers an endpoint: authentication, min_position, strict JSON, Idempotency-Key,
// problems.
http::Route route_of(const Endpoint& endpoint, Application& application);

// The error as problem+json, with the headers that go with it.
http::Response problem_of(const http::Request& request, const Error& error);

// The ready release that the path names by its alias. Errors: not_found.
Result<commands::ReleasePointer> release_in_path(const ReadCall& call);

struct NumberRange {
  std::uint64_t minimum = 0;
  std::uint64_t maximum = UINT64_MAX;
};
// A number from the query; `otherwise` when it is not given. Errors: invalid, naming the parameter.
Result<std::uint64_t> number_in_query(const http::Request& request, std::string_view name,
                                      std::uint64_t otherwise, NumberRange range);

}  // namespace codelog::api
