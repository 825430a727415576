// Imports many codelists from one table, over the API of a site.
#include <filesystem>
#include <memory>

#include "events/base/file.h"
#include "events/base/text.h"
#include "tools/bulk_client.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

struct BulkOptions {
  CommonOptions common;
  std::string table;
  std::string config;
  BulkSite site;
  BulkForce force;
};

Error in_file(const std::string& file, const Error& error) {
  return {error.code, file + ": " + error.detail, error.fields};
}

// By the file's extension.
Result<BulkTable> read_table(const std::string& file, const BulkConfig& config) {
  const std::string extension = base::ascii_lower(std::filesystem::path(file).extension().string());
  if (extension == ".xlsx") return read_workbook_table(file, config.sheet);
  if (extension != ".csv" && extension != ".tsv" && extension != ".txt") {
    return Error{ErrorCode::invalid, file + " is neither .xlsx, .csv, .tsv nor .txt", {}};
  }
  if (extension == ".txt" && !config.delimiter) {
    return Error{ErrorCode::invalid, "the configuration of a .txt file needs a delimiter", {}};
  }
  const auto text = base::read_file(file);
  if (!text) return text.error();
  const char delimiter = extension == ".csv" ? ',' : extension == ".tsv" ? '\t' : *config.delimiter;
  auto table = read_delimited_table(*text, delimiter);
  if (!table) return in_file(file, table.error());
  return table;
}

Result<std::vector<BulkRequest>> planned(const BulkOptions& options) {
  const auto config_text = base::read_file(options.config);
  if (!config_text) return config_text.error();
  const auto config = read_bulk_config(*config_text);
  if (!config) return in_file(options.config, config.error());
  const auto table = read_table(options.table, *config);
  if (!table) return table.error();
  const auto lists = read_bulk_lists(*table, *config);
  if (!lists) return in_file(options.table, lists.error());
  const auto known = get_json(options.site, "/api/v1/codelist/" + config->organisation + "/");
  if (!known) return known.error();
  return plan_bulk_import(*config, *lists, *known, options.force);
}

Result<Json> import_all(const BulkOptions& options) {
  const auto token = read_api_token(options.site);
  if (!token) return token.error();
  const auto requests = planned(options);
  if (!requests) return requests.error();
  return send_bulk(options.site, *token, *requests);
}

int bulk_import(const BulkOptions& options) {
  const auto outcome = import_all(options);
  const int exit_code = finish(outcome, options.common, bulk_lines);
  return outcome && (*outcome)["failed"] != 0 ? exit_refused : exit_code;
}

}  // namespace

void add_codelist_import_command(Command group) {
  Command command = group.add_command(
      {"import",
       "Import many codelists of an organisation from one table, over the API of this or another "
       "site, or of OpenCodelists. CONFIG is JSON: organisation, coding_systems {LABEL: {id, "
       "release}}, and optionally column_aliases, codelist_name_aliases, "
       "limit_to_named_codelists, description_template, tag, delimiter (of .txt), sheet (of .xlsx; "
       "else its first). The table has the columns "
       "codelist_name and code, and optionally coding_system, term, codelist_new_slug, "
       "codelist_description, codelist_methodology. Without --live-run, only shows what it would "
       "do.",
       "codelog codelist import lists.csv config.json\n"
       "API_TOKEN=... codelog codelist import lists.csv config.json --live-run --host "
       "https://www.opencodelists.org"});
  // The parser fills the options; the action reads them.
  auto options = std::make_shared<BulkOptions>();
  command.add_option("FILE", options->table, "The table: .xlsx, .csv, .tsv or .txt")
      .required()
      .existing_file();
  command.add_option("CONFIG", options->config, "The configuration").required().existing_file();
  add_site_options(command, options->site);
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
