#include "tools/program.h"

#include <csignal>
#include <exception>

#include "tools/command.h"
#include "tools/machine.h"

namespace codelog::tools {
namespace {

constexpr const char* description =
    "Codelog keeps clinical codelists, and every change ever made to them.\n"
    "Every command works on a data folder, whether or not a server is running on it.";

constexpr const char* examples =
    "Examples:\n"
    "  codelog demo --data demo\n"
    "  codelog serve --data demo\n"
    "\n"
    "Environment: CODELOG_DATA is the default of --data, and CODELOG_WITNESS "
    "that of --witness.\n"
    "Exit codes: 0 done, 1 refused, 2 the command line was not understood.\n";

}  // namespace

int run_program(int argc, const char* const* argv) {
  // A write to a closed pipe is reported as an error there.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App program(description, "codelog");
  program.footer(examples);
  program.set_version_flag("--version", "codelog " CODELOG_VERSION);
  program.require_subcommand(1);
  Chosen chosen;
  add_serve_command(program, chosen);
  add_import_command(program, chosen);
  add_user_commands(program, chosen);
  add_organisation_commands(program, chosen);
  add_release_commands(program, chosen);
  add_log_commands(program, chosen);
  add_demo_command(program, chosen);
  add_bench_command(program, chosen);
  add_completion_command(program, chosen);
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& asked_for_help) {
    return program.exit(asked_for_help);
  } catch (const CLI::ParseError& error) {
    program.exit(error);  // prints why
    return exit_usage;
  }
  const CommonOptions plain;
  const auto machine = check_machine(base::SystemClock().now(), raise_open_files());
  if (!machine) return refuse(machine.error(), plain);
  try {
    return chosen();
  } catch (const std::exception& error) {
    // No memory, no more threads: the name of the failed request is the best explanation there is.
    return refuse({base::ErrorCode::unavailable,
                   std::string("the system refuses what the program needs: ") + error.what(),
                   {}},
                  plain);
  }
}

}  // namespace codelog::tools
