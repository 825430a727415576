#include "tools/api_reads.h"

#include <algorithm>
#include <array>

#include "server/api/endpoints.h"
#include "server/http/urlencoded.h"
#include "tools/admin_operations.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::array<std::string_view, 6> endpoints_used = {
    "getBlame", "getChanges", "getHistory", "getReplay", "getSiteChanges", "getVersion"};

// The texts of an object, by name.
Result<std::vector<std::pair<std::string, std::string>>> texts_in(const Json& arguments,
                                                                  const char* name) {
  std::vector<std::pair<std::string, std::string>> texts;
  const auto found = arguments.find(name);
  if (found == arguments.end()) return texts;
  if (!found->is_object()) return base::field_error(ErrorCode::invalid, name, "must be an object");
  for (const auto& [key, value] : found->items()) {
    if (!value.is_string()) return base::field_error(ErrorCode::invalid, key, "must be a text");
    texts.emplace_back(key, value.get<std::string>());
  }
  return texts;
}

std::string target_of(std::string_view pattern,
                      const std::vector<std::pair<std::string, std::string>>& path,
                      const std::vector<std::pair<std::string, std::string>>& query) {
  std::string target(pattern);
  for (const auto& [name, value] : path) {
    const std::string place = "{" + name + "}";
    const auto at = target.find(place);
    if (at != std::string::npos) target.replace(at, place.size(), http::percent_encode(value));
  }
  for (const auto& [name, value] : query) {
    target += target.find('?') == std::string::npos ? '?' : '&';
    target += name + "=" + http::percent_encode(value);
  }
  return target;
}

Json csv_answer(const http::Response& response) {
  Json answer = {{"csv", std::string(response.content())}, {"next", nullptr}};
  for (const auto& header : response.headers) {
    if (header.name == "Link") answer["next"] = header.value;
  }
  return answer;
}

}  // namespace

Result<Json> read_api(application::Application& application, const Json& arguments) {
  const auto id = text_argument(arguments, "endpoint");
  if (!id) return id.error();
  const auto path = texts_in(arguments, "path");
  if (!path) return path.error();
  const auto query = texts_in(arguments, "query");
  if (!query) return query.error();
  const auto all = api::all_endpoints();
  const auto endpoint = std::ranges::find(all, *id, &api::Endpoint::id);
  if (endpoint == all.end() || std::ranges::find(endpoints_used, *id) == endpoints_used.end()) {
    return base::field_error(ErrorCode::invalid, "endpoint", "is not one that can be read here");
  }
  const bool is_csv = flag_argument(arguments, "csv");
  const http::Request request =
      http::make_request(http::Method::get, target_of(endpoint->path, *path, *query),
                         {{"Accept", is_csv ? "text/csv" : "application/json"}});
  http::PathParameters parameters;
  for (const auto& [name, value] : *path) parameters.add(name, value);
  const projections::Views views = application.views();
  const Json no_body;
  const std::optional<commands::Actor> no_actor;
  const auto response =
      endpoint->read({application, request, parameters, views, no_body, no_actor});
  if (!response) return response.error();
  if (is_csv) return csv_answer(*response);
  Json answer = Json::parse(response->content(), nullptr, false);
  if (answer.is_discarded()) return Error{ErrorCode::io, "the answer is not JSON", {}};
  return answer;
}

}  // namespace codelog::tools
