#include "tools/bulk_client.h"

#include <cstdlib>

#include "events/base/file.h"
#include "events/base/text.h"
#include "tools/terminal.h"
#include "tools/web_client.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t api_answer_bytes_max = 256u << 20;

Json row_of(const BulkRequest& request, const char* outcome, const std::string& detail) {
  return {{"name", request.name}, {"outcome", outcome}, {"detail", detail}};
}

// The outcome of one request.
Json sent(const BulkSite& site, const std::string& token, const BulkRequest& request) {
  const auto answer = post_json(site, token, request.path, request.body);
  if (answer && answer->is_object() && !answer->empty()) {
    return row_of(request, "done", request.comment + ": " + answer->begin().value().dump());
  }
  std::string detail = answer ? "the answer cannot be read" : answer.error().detail;
  if (detail == "No difference to previous version") {
    detail += " (--force-new-version makes one)";
  }
  return row_of(request, "failed", detail);
}

}  // namespace

void add_site_options(Command command, BulkSite& site) {
  command.add_option("--host", site.host, "The site")
      .type_name("URL")
      .environment("CODELOG_HOST")
      .show_default();
  command
      .add_option("--token-file", site.token_file,
                  "The file with the token for the site; otherwise it is in the environment, as "
                  "API_TOKEN")
      .type_name("FILE");
  command.add_flag("--live-run", site.live_run, "Do it; otherwise, only show what would be done");
}

Result<std::string> read_api_token(const BulkSite& site) {
  if (!site.live_run) return std::string();
  if (!site.token_file.empty()) {
    const auto text = base::read_file(site.token_file);
    if (!text) return text.error();
    return std::string(base::trim_unicode_space(*text));
  }
  const char* token = std::getenv("API_TOKEN");
  if (token != nullptr && *token != '\0') return std::string(token);
  return Error{ErrorCode::invalid,
               "a live run needs the token of a member of the organisation, in the environment as "
               "API_TOKEN or with --token-file",
               {}};
}

Result<Json> get_json(const BulkSite& site, const std::string& path) {
  const std::string url = site.host + path;
  const auto answer = fetch({.url = url}, api_answer_bytes_max);
  if (!answer) return Error{answer.error().code, url + ": " + answer.error().detail, {}};
  if (answer->status != 200) {
    return Error{answer->status == 404 ? ErrorCode::not_found : ErrorCode::unavailable,
                 url + ": the answer has the status " + std::to_string(answer->status),
                 {}};
  }
  return Json::parse(answer->body, nullptr, false);
}

Result<Json> post_json(const BulkSite& site, const std::string& token, const std::string& path,
                       const Json& body) {
  const auto answer =
      fetch({.method = "POST",
             .url = site.host + path,
             .headers = {"Authorization: Token " + token, "Content-Type: application/json"},
             .body = body.dump()},
            api_answer_bytes_max);
  if (!answer) return answer.error();
  Json json = Json::parse(answer->body, nullptr, false);
  if (answer->status == 200 || answer->status == 201) return json;
  const bool says_why = json.is_object() && json.contains("error") && json["error"].is_string();
  std::string detail = says_why ? json["error"].get<std::string>() : "";
  if (detail.empty()) detail = "the answer has the status " + std::to_string(answer->status);
  // A redirect turns a POST into a GET.
  if (answer->status / 100 == 3 || answer->status == 405) {
    detail += ": does the host redirect to another one?";
  }
  return Error{ErrorCode::unavailable, detail, {}};
}

Json send_bulk(const BulkSite& site, const std::string& token,
               const std::vector<BulkRequest>& requests) {
  ProgressLine progress;
  Json rows = Json::array();
  std::uint64_t done_count = 0;
  std::uint64_t failed_count = 0;
  for (const BulkRequest& request : requests) {
    progress.show("importing", rows.size(), requests.size());
    if (request.path.empty()) {
      rows.push_back(row_of(request, "skipped", request.comment));
    } else if (!site.live_run) {
      rows.push_back(row_of(request, "planned", request.comment));
    } else {
      rows.push_back(sent(site, token, request));
      const bool is_done = rows.back()["outcome"] == "done";
      ++(is_done ? done_count : failed_count);
      // The others would most likely fail for the same reason.
      if (!is_done && done_count == 0) break;
    }
  }
  return {{"live_run", site.live_run},
          {"done", done_count},
          {"failed", failed_count},
          {"codelists", std::move(rows)}};
}

std::string bulk_lines(const Json& sent) {
  std::string lines;
  for (const Json& row : sent["codelists"]) {
    lines += row.value("name", "") + ": " + row.value("outcome", "") + ", " +
             row.value("detail", "") + "\n";
  }
  if (!sent["live_run"].get<bool>()) {
    lines += "Nothing was sent: this was a dry run. --live-run imports.\n";
  }
  return lines;
}

}  // namespace codelog::tools
