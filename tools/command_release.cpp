// Lists the releases, and reports the effect of one on the codelists.
#include <memory>

#include "tools/command.h"

namespace codelog::tools {
namespace {

struct ReleaseOptions {
  CommonOptions common;
  std::string alias;
};

std::string release_lines(const Json& answer) {
  std::string lines;
  bool has_codes = false;
  for (const Json& release : answer.at("releases")) {
    has_codes = has_codes || release.value("concepts", std::uint64_t{0}) > 0;
    lines += release.value("alias", "") + "  " + release.value("coding_system", "") + " " +
             release.value("name", "") + ", valid from " + release.value("valid_from", "") + ", " +
             std::to_string(release.value("concepts", std::uint64_t{0})) + " concepts\n";
  }
  return has_codes ? lines
                   : lines + "No release with codes has been imported: codelog import --help\n";
}

std::string report_lines(const Json& report) {
  std::string lines =
      report.value("release", "") + ": " + std::to_string(report.at("versions").size()) +
      " versions, " + std::to_string(report.at("summary").value("unchanged", std::uint64_t{0})) +
      " unchanged, " + std::to_string(report.at("summary").value("affected", std::uint64_t{0})) +
      " affected, " + std::to_string(report.at("summary").value("cannot tell", std::uint64_t{0})) +
      " that cannot be compared\n";
  for (const Json& row : report.at("versions")) {
    if (row.value("outcome", "") == "unchanged") continue;
    const Json& codelist = row.at("codelist");
    lines += (codelist.is_null() ? "(deleted)" : codelist.get<std::string>()) + " " +
             row.value("version", "") + ": ";
    std::string counts;
    for (const auto& [name, count] : row.at("counts").items()) {
      if (count == 0) continue;
      counts += (counts.empty() ? "" : ", ") + count.dump() + " " + name;
    }
    const std::string problem = row.value("problem", "");
    lines += counts + (counts.empty() || problem.empty() ? "" : "; ") + problem + "\n";
  }
  return lines;
}

std::string compatible_lines(const Json& answer) {
  std::string lines;
  for (const Json& release : answer.at("releases")) {
    const Json& compatible = release.at("compatible");
    lines += release.value("alias", "") + ": " + std::to_string(compatible.size()) + " of " +
             release.at("versions").dump() + " versions are compatible\n";
    for (const Json& version : compatible) {
      lines += "  " + version.value("codelist", "") + " " + version.value("version", "") + "\n";
    }
  }
  return lines.empty() ? "No coding system has two releases with codes.\n" : lines;
}

int list(const ReleaseOptions& options) {
  return finish(run_operation(options.common, "release.list", Json::object()), options.common,
                release_lines);
}

int mark_compatible(const ReleaseOptions& options) {
  return finish(run_operation(options.common, "release.compatible", Json::object()), options.common,
                compatible_lines);
}

int report(const ReleaseOptions& options) {
  return finish(run_operation(options.common, "release.report", {{"alias", options.alias}}),
                options.common, report_lines);
}

Command add_release_command(Command group, const CommandText& text,
                            int (*action)(const ReleaseOptions&),
                            const std::shared_ptr<ReleaseOptions>& options) {
  Command command = group.add_command(text);
  add_data_options(command, options->common);
  add_json_option(command, options->common);
  command.set_action([options, action] { return action(*options); });
  return command;
}

}  // namespace

void add_release_commands(Command program) {
  Command group = program.add_group({"release", "The releases of coding systems.",
                                     "codelog release list\n"
                                     "codelog release report snomedct_3700_20231004"});
  // The parser fills the options; the actions read them.
  auto list_options = std::make_shared<ReleaseOptions>();
  add_release_command(group,
                      {"list", "List the releases that are registered.",
                       "codelog release list\ncodelog release list --json"},
                      list, list_options);
  auto compatible_options = std::make_shared<ReleaseOptions>();
  add_release_command(
      group,
      {"compatible",
       "Mark the finished versions that are the same on newer releases: the same searches find "
       "the same codes, with the same hierarchy. Makes the report on every release after the "
       "first one of its coding system, oldest first.",
       "codelog release compatible\ncodelog release compatible --json"},
      mark_compatible, compatible_options);
  auto report_options = std::make_shared<ReleaseOptions>();
  Command command = add_release_command(
      group,
      {"report",
       "Compare every finished version of the release's coding system with it. Lists which are "
       "unchanged, affected (and how), or cannot be compared. The result is stored as an "
       "event, and the server shows it too.",
       "codelog release report snomedct_3700_20231004\n"
       "codelog release report bnf_2024-01_20240101 --json"},
      report, report_options);
  command.add_option("ALIAS", report_options->alias, "Alias of the newer release").required();
}

}  // namespace codelog::tools
