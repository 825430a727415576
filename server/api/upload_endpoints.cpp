// Checking a table before it is uploaded. Saves nothing.
#include "server/api/endpoints.h"
#include "server/api/render.h"
#include "server/uploads/upload_check.h"

namespace codelog::api {
namespace {

void write_problem(const uploads::RowProblem& problem, const std::string& code_column,
                   JsonWriter& json) {
  json.begin_object().field("row", problem.row);
  json.field("column", problem.is_of_code_column ? std::optional(code_column) : std::nullopt);
  json.field("given", problem.given).field("kind", uploads::to_string(problem.kind));
  json.field("detail", problem.detail).key("suggestions").begin_array();
  for (const uploads::Suggestion& suggestion : problem.suggestions) {
    json.begin_object().field("code", suggestion.code).field("term", suggestion.term);
    json.field("because", suggestion.because).end_object();
  }
  json.end_array().end_object();
}

Result<http::Response> check_table(const ReadCall& call) {
  const auto optional_text = [&](const char* name) -> std::optional<std::string> {
    if (!call.body.contains(name)) return std::nullopt;
    return call.body.at(name).get<std::string>();
  };
  const auto place = call.application.begin_long_read();
  if (!place) return place.error();
  const auto checked =
      uploads::check_upload(call.application.site(), call.views,
                            {.csv = call.body.at("csv").get_ref<const std::string&>(),
                             .coding_system = call.body.at("coding_system"),
                             .release = optional_text("release"),
                             .column = optional_text("column")});
  if (!checked) return checked.error();
  JsonWriter json;
  json.begin_object().key("columns");
  write_texts(checked->columns, json);
  const std::string& code_column = checked->columns[checked->code_column];
  json.field("code_column", code_column);
  json.field("has_header", checked->has_header);
  json.field("separator", std::string(1, checked->separator));
  json.field("rows_count", checked->rows_count).key("problems").begin_array();
  for (const uploads::RowProblem& problem : checked->problems) {
    write_problem(problem, code_column, json);
  }
  json.end_array().field("problems_count", checked->problems_count).end_object();
  return http::json_text(200, json.take());
}

}  // namespace

std::vector<Endpoint> upload_endpoints() {
  return {{.method = http::Method::post,
           .path = "/api/v2/uploads/check",
           .id = "checkUpload",
           .summary = "The problems of a table of codes, row by row, with the codes that may have "
                      "been meant; saves nothing.",
           .body = "UploadToCheck",
           .answer = "UploadCheck",
           .body_bytes_max = endpoints::large_body_bytes_max,
           .read = check_table}};
}

}  // namespace codelog::api
