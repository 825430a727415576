#include "server/api/openapi.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "events/base/check.h"
#include "events/base/text.h"
#include "server/api/schemas.h"
#include "server/identity/permissions.h"

namespace codelog::api {
namespace {

using Json = nlohmann::json;

constexpr const char* introduction =
    "Everything on the site that changes is an event in a log; every write answers with the "
    "position of its commit, and every read takes `min_position` and waits for it. Codes are "
    "strings, owners are `organisation/SLUG` or `user/NAME`, releases go by alias, versions by "
    "hash. A write with an `Idempotency-Key` never acts twice: repeating it gives the first "
    "answer. Errors are problem+json.";

Json reference_to(std::string_view schema) {
  return {{"$ref", "#/components/schemas/" + std::string(schema)}};
}

Json content_of(std::string_view media_type, std::string_view schema) {
  return {{std::string(media_type), {{"schema", reference_to(schema)}}}};
}

Json problem(const char* description) {
  return {{"description", description},
          {"content", content_of("application/problem+json", "Problem")}};
}

Json path_parameters(std::string_view path) {
  Json parameters = Json::array();
  for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1)) {
    const std::string name(path.substr(at + 1, path.find('}', at) - at - 1));
    Json schema = {{"type", name == "id" ? "integer" : "string"}};
    if (name == "owner_kind") schema = {{"enum", {"organisation", "user"}}};
    parameters.push_back(
        {{"name", name}, {"in", "path"}, {"required", true}, {"schema", std::move(schema)}});
  }
  return parameters;
}

Json header(const char* name, const char* description) {
  return {{"name", name},
          {"in", "header"},
          {"description", description},
          {"schema", {{"type", "string"}}}};
}

Json parameters_of(const Endpoint& endpoint) {
  Json parameters = path_parameters(endpoint.path);
  for (const endpoints::Parameter& parameter : endpoint.query) {
    parameters.push_back({{"name", parameter.name},
                          {"in", "query"},
                          {"description", parameter.description},
                          {"schema", Json::parse(parameter.schema)}});
  }
  if (endpoint.read) {
    parameters.push_back(
        {{"name", "min_position"},
         {"in", "query"},
         {"description", "Answer with data that include this commit, or 503 after 5 seconds."},
         {"schema", reference_to("Position")}});
    return parameters;
  }
  parameters.push_back(header("Idempotency-Key", "The same key never acts twice."));
  if (endpoint.takes_if_match) {
    parameters.push_back(header("If-Match", "The ETag of the version that the client last read."));
  }
  return parameters;
}

Json responses_of(const Endpoint& endpoint) {
  Json responses = {
      {std::to_string(endpoint.status),
       {{"description", "Done."}, {"content", content_of(endpoint.media_type, endpoint.answer)}}},
      {"400", problem("The request is invalid; `errors` names the fields.")},
      {"default", problem("Another error.")}};
  if (!endpoint.octets_media_type.empty()) {
    responses["200"]["content"].update(content_of(endpoint.octets_media_type, "Octets"));
  }
  if (endpoint.act || endpoint.needs_token) responses["401"] = problem("No valid token.");
  if (!endpoint.act) return responses;
  responses["403"] = problem("This user may not do this.");
  responses["409"] = problem("The present state does not allow the request.");
  responses["422"] = problem("The idempotency key was used for another request.");
  if (!endpoint.or_200_when.empty()) {
    responses["200"] = {{"description", endpoint.or_200_when},
                        {"content", content_of("application/json", endpoint.answer)}};
  }
  if (endpoint.takes_if_match) {
    responses["412"] = problem("The version has changed since the state that If-Match names.");
  }
  return responses;
}

// The roles that may do this, by the table of permissions.
Json roles_of(const Endpoint& endpoint) {
  Json roles = Json::array();
  const auto permission = identity::find_permission(endpoint.method, endpoint.path);
  CODELOG_CHECK(permission.has_value(), "an operation without a permission");
  for (std::size_t i = 0; i < identity::roles_count; ++i) {
    const auto role = static_cast<identity::Role>(i);
    if (identity::allows(*permission, role)) roles.push_back(identity::to_string(role));
  }
  return roles;
}

Json operation_of(const Endpoint& endpoint) {
  Json operation = {
      {"operationId", std::string(endpoint.id)}, {"summary", std::string(endpoint.summary)},
      {"tags", {std::string(endpoint.subject)}}, {"parameters", parameters_of(endpoint)},
      {"x-roles", roles_of(endpoint)},           {"responses", responses_of(endpoint)}};
  if (!endpoint.body.empty()) {
    operation["requestBody"] = {{"required", !endpoint.body_is_optional},
                                {"content", content_of("application/json", endpoint.body)}};
  }
  if (endpoint.act || endpoint.needs_token) {
    operation["security"] = Json::array({{{"token", Json::array()}}});
  }
  return operation;
}

}  // namespace

Json make_openapi(const std::vector<Endpoint>& endpoints) {
  Json paths = Json::object();
  Json tags = Json::array();
  for (const Endpoint& endpoint : endpoints) {
    const Json tag = {{"name", std::string(endpoint.subject)}};
    if (std::ranges::find(tags, tag) == tags.end()) tags.push_back(tag);
    const std::string method = base::ascii_lower(http::to_string(endpoint.method));
    paths[std::string(endpoint.path)][method] = operation_of(endpoint);
  }
  return {{"openapi", "3.1.0"},
          {"info", {{"title", "Codelog"}, {"version", "2"}, {"description", introduction}}},
          {"tags", std::move(tags)},
          {"paths", std::move(paths)},
          {"components",
           {{"schemas", schemas()},
            {"securitySchemes",
             {{"token",
               {{"type", "apiKey"},
                {"in", "header"},
                {"name", "Authorization"},
                {"description", "`Token` and a space before the key."}}}}}}}};
}

}  // namespace codelog::api
