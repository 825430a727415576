#include "tools/command.h"

#include <unistd.h>

#include "events/base/file.h"
#include "tools/terminal.h"

namespace codelog::tools {
namespace {

std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

site::DataFolderOptions CommonOptions::folder(site::OpenViews views) const {
  site::DataFolderOptions options;
  // "site/" names the folder "site", and that folder's parent is not "site".
  const std::filesystem::path folder(data);
  options.data = folder.has_filename() ? folder : folder.parent_path();
  options.witness_file = witness;
  options.views = views;
  options.accept_missing_witness = accept_missing_witness;
  return options;
}

void add_data_options(Command command, CommonOptions& options) {
  command.add_option("--data", options.data, "The data folder")
      .type_name("DIR")
      .environment("CODELOG_DATA")
      .show_default();
  command
      .add_option("--witness", options.witness,
                  "The file that remembers where the log ends; best on another volume. "
                  "Otherwise DIR/keys/head-witness")
      .type_name("FILE")
      .environment("CODELOG_WITNESS");
}

void add_json_option(Command command, CommonOptions& options) {
  command.add_flag("--json", options.json, "Print JSON, for programs");
}

int refuse(const base::Error& error, const CommonOptions& options) {
  if (options.json) {
    (void)base::write_all(STDERR_FILENO, dump({{"error", site::error_to_json(error)}}) + "\n");
    return exit_refused;
  }
  std::string text = "codelog: " + error.detail + "\n";
  for (const base::FieldError& field : error.fields) {
    if (field.detail == error.detail) continue;
    text += "  " + field.field + ": " + field.detail + "\n";
  }
  (void)base::write_all(STDERR_FILENO, text);
  return exit_refused;
}

int finish(const base::Result<Json>& outcome, const CommonOptions& options,
           const std::function<std::string(const Json&)>& describe) {
  if (!outcome) return refuse(outcome.error(), options);
  print(options.json ? dump(*outcome) + "\n" : describe(*outcome));
  return exit_done;
}

void print(std::string_view text) { (void)base::write_all(STDOUT_FILENO, text); }

void print_notice(std::string_view text) {
  (void)base::write_all(STDERR_FILENO, "codelog: " + std::string(text) + "\n");
}

base::Result<Json> run_operation(const CommonOptions& options, std::string_view operation,
                                 const Json& arguments, site::OpenViews views) {
  ProgressLine progress;
  const site::ReportProgress report = [&](const site::WorkProgress& work) {
    progress.show(work.stage, work.done, work.total);
    return true;
  };
  auto site = SiteAccess::open(options.folder(views), report);
  if (!site) return site.error();
  return site->run(operation, arguments, report);
}

}  // namespace codelog::tools
