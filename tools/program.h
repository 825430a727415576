// The program `codelog`: parses the command line and runs one command.
#pragma once

namespace codelog::tools {

// Returns the exit code: 0 done, 1 refused, 2 not understood.
int run_program(int argc, const char* const* argv);

}  // namespace codelog::tools
