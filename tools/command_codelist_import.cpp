// Imports many codelists from one table, over the API of a site.
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "events/base/file.h"
#include "events/base/text.h"
#include "tools/bulk_import.h"
#include "tools/command.h"
#include "tools/terminal.h"
#include "tools/web_client.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t api_answer_bytes_max = 256u << 20;

struct BulkOptions {
  CommonOptions common;
  std::string table;
  std::string config;
  std::string host = "http://localhost:7000";
  std::string token_file;
  BulkForce force;
  bool live_run = false;
};

Error in_file(const std::string& file, const Error& error) {
  return {error.code, file + ": " + error.detail, error.fields};
}

// From a file, or from the environment. Never from the command line, which others can read.
Result<std::string> api_token(const BulkOptions& options) {
  if (!options.token_file.empty()) {
    const auto text = base::read_file(options.token_file);
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

// By the file's extension.
Result<char> delimiter_of(const std::string& file, const BulkConfig& config) {
  const std::string extension = base::ascii_lower(std::filesystem::path(file).extension().string());
  if (extension == ".csv") return ',';
  if (extension == ".tsv") return '\t';
  if (extension != ".txt") {
    return Error{ErrorCode::invalid,
                 file + " is neither .csv, .tsv nor .txt; save a sheet of a workbook as CSV",
                 {}};
  }
  if (config.delimiter) return *config.delimiter;
  return Error{ErrorCode::invalid, "the configuration of a .txt file needs a delimiter", {}};
}

Result<Json> known_codelists(const BulkOptions& options, const BulkConfig& config) {
  const auto answer = fetch({.url = options.host + "/api/v1/codelist/" + config.organisation + "/"},
                            api_answer_bytes_max);
  if (!answer) return Error{answer.error().code, options.host + ": " + answer.error().detail, {}};
  if (answer->status == 404) {
    return Error{
        ErrorCode::not_found, options.host + " has no organisation " + config.organisation, {}};
  }
  if (answer->status != 200) {
    return Error{ErrorCode::unavailable,
                 options.host + " answered with the status " + std::to_string(answer->status),
                 {}};
  }
  return Json::parse(answer->body, nullptr, false);
}

Result<std::vector<BulkRequest>> planned(const BulkOptions& options) {
  const auto config_text = base::read_file(options.config);
  if (!config_text) return config_text.error();
  const auto config = read_bulk_config(*config_text);
  if (!config) return in_file(options.config, config.error());
  const auto delimiter = delimiter_of(options.table, *config);
  if (!delimiter) return delimiter.error();
  const auto text = base::read_file(options.table);
  if (!text) return text.error();
  const auto lists = read_bulk_table(*text, *delimiter, *config);
  if (!lists) return in_file(options.table, lists.error());
  const auto known = known_codelists(options, *config);
  if (!known) return known.error();
  return plan_bulk_import(*config, *lists, *known, options.force);
}

Json row_of(const BulkRequest& request, const char* outcome, const std::string& detail) {
  return {{"name", request.name}, {"outcome", outcome}, {"detail", detail}};
}

// The outcome of one request.
Json sent(const BulkOptions& options, const std::string& token, const BulkRequest& request) {
  const auto answer =
      fetch({.method = "POST",
             .url = options.host + request.path,
             .headers = {"Authorization: Token " + token, "Content-Type: application/json"},
             .body = request.body.dump()},
            api_answer_bytes_max);
  if (!answer) return row_of(request, "failed", answer.error().detail);
  const Json json = Json::parse(answer->body, nullptr, false);
  if (answer->status == 200 && json.is_object() && !json.empty()) {
    return row_of(request, "done", request.comment + ": " + json.begin().value().dump());
  }
  std::string detail = json.is_object() ? json.value("error", "") : "";
  if (detail.empty()) detail = "the status " + std::to_string(answer->status);
  if (detail == "No difference to previous version") {
    detail += " (--force-new-version makes one)";
  }
  if (answer->status == 405) detail += ": does the host redirect to another one?";
  return row_of(request, "failed", detail);
}

Result<Json> import_all(const BulkOptions& options) {
  std::string token;
  if (options.live_run) {
    auto read = api_token(options);
    if (!read) return read.error();
    token = std::move(*read);
  }
  const auto requests = planned(options);
  if (!requests) return requests.error();
  ProgressLine progress;
  Json rows = Json::array();
  std::uint64_t done_count = 0;
  std::uint64_t failed_count = 0;
  for (const BulkRequest& request : *requests) {
    progress.show("importing", rows.size(), requests->size());
    if (request.path.empty()) {
      rows.push_back(row_of(request, "skipped", request.comment));
    } else if (!options.live_run) {
      rows.push_back(row_of(request, "planned", request.comment));
    } else {
      rows.push_back(sent(options, token, request));
      const bool is_done = rows.back()["outcome"] == "done";
      ++(is_done ? done_count : failed_count);
      // The others would most likely fail for the same reason.
      if (!is_done && done_count == 0) break;
    }
  }
  progress.clear();
  return Json{{"live_run", options.live_run},
              {"done", done_count},
              {"failed", failed_count},
              {"codelists", std::move(rows)}};
}

int bulk_import(const BulkOptions& options) {
  const auto outcome = import_all(options);
  const int exit_code = finish(outcome, options.common, [](const Json& made) {
    std::string lines;
    for (const Json& row : made["codelists"]) {
      lines += row.value("name", "") + ": " + row.value("outcome", "") + ", " +
               row.value("detail", "") + "\n";
    }
    return made["live_run"].get<bool>()
               ? lines
               : lines + "Nothing was sent: this was a dry run. --live-run imports.\n";
  });
  return outcome && (*outcome)["failed"] != 0 ? exit_refused : exit_code;
}

}  // namespace

void add_codelist_import_command(Command group) {
  Command command = group.add_command(
      {"import",
       "Import many codelists of an organisation from one table, over the API of this or another "
       "site, or of OpenCodelists. CONFIG is JSON: organisation, coding_systems {LABEL: {id, "
       "release}}, and optionally column_aliases, codelist_name_aliases, "
       "limit_to_named_codelists, description_template, tag, delimiter. The table has the columns "
       "codelist_name and code, and optionally coding_system, term, codelist_new_slug, "
       "codelist_description, codelist_methodology. Without --live-run, only shows what it would "
       "do.",
       "codelog codelist import lists.csv config.json\n"
       "API_TOKEN=... codelog codelist import lists.csv config.json --live-run --host "
       "https://www.opencodelists.org"});
  // The parser fills the options; the action reads them.
  auto options = std::make_shared<BulkOptions>();
  command.add_option("FILE", options->table, "The table: .csv, .tsv or .txt")
      .required()
      .existing_file();
  command.add_option("CONFIG", options->config, "The configuration").required().existing_file();
  command.add_option("--host", options->host, "The site")
      .type_name("URL")
      .environment("CODELOG_HOST")
      .show_default();
  command.add_option("--token-file", options->token_file, "The file with the token for the site")
      .type_name("FILE");
  command.add_flag("--live-run", options->live_run, "Do it");
  command.add_flag("--force-new-version", options->force.new_version,
                   "Make a version even if the codes are the same as before");
  command.add_flag("--force-description", options->force.description,
                   "Replace the descriptions of codelists that exist");
  command.add_flag("--force-methodology", options->force.methodology,
                   "Replace their methodologies");
  command.add_flag("--force-name", options->force.name, "Replace their names");
  command.add_flag("--force-slug", options->force.slug, "Replace their slugs");
  command.add_flag("--force-publish", options->force.publish, "Publish the new versions");
  command.add_flag("--ignore-unfound-codes", options->force.ignore_unfound_codes,
                   "Leave out codes that the release does not have");
  add_json_option(command, options->common);
  command.set_action([options] { return bulk_import(*options); });
}

}  // namespace codelog::tools
