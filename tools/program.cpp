#include "tools/program.h"

#include <csignal>
#include <exception>

#include "server/pages/embedded_files.h"
#include "tools/command.h"
#include "tools/machine.h"

namespace codelog::tools {
namespace {

constexpr const char* description =
    "Codelog keeps clinical codelists, and every change ever made to them.\n"
    "Every command works on a data folder, whether or not a server is running on it.";

constexpr const char* examples =
    "codelog demo --data demo\n"
    "codelog serve --data demo";

constexpr const char* notes =
    "Environment: CODELOG_DATA is the default of --data, and CODELOG_WITNESS "
    "that of --witness.\n"
    "Exit codes: 0 done, 1 refused, 2 the command line was not understood.\n";

}  // namespace

int run_program(int argc, const char* const* argv) {
  // A write to a closed pipe is reported as an error there.
  std::signal(SIGPIPE, SIG_IGN);
  const char* const web = pages::built_scripts().empty() ? "pages only" : "pages and scripts";
  CommandLine line({"codelog", description, examples}, notes,
                   std::string("codelog " CODELOG_VERSION "\nweb: ") + web);
  const Command program = line.program();
  add_serve_command(program);
  add_import_command(program);
  add_user_commands(program);
  add_organisation_commands(program);
  add_access_commands(program);
  add_codelist_commands(program);
  add_draft_commands(program);
  add_release_commands(program);
  add_mapping_commands(program);
  add_refsets_commands(program);
  add_log_commands(program);
  add_key_commands(program);
  add_status_command(program);
  add_backup_commands(program);
  add_restore_command(program);
  add_migrate_command(program);
  add_demo_command(program);
  add_bench_command(program);
  add_completion_command(program);
  const auto [action, exit_code] = line.parse(argc, argv);
  if (!action) return exit_code;
  const CommonOptions plain;
  const auto machine = check_machine(base::SystemClock().now(), raise_open_files());
  if (!machine) return refuse(machine.error(), plain);
  try {
    return action();
  } catch (const std::exception& error) {
    // No memory, no more threads: the name of the failed request is the best explanation there is.
    return refuse({base::ErrorCode::unavailable,
                   std::string("the system refuses what the program needs: ") + error.what(),
                   {}},
                  plain);
  }
}

}  // namespace codelog::tools
