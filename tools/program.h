// The program `codelog`: reads the command line, runs the one command that it asks for.
#pragma once

namespace codelog::tools {

// The exit code: 0 done, 1 refused, 2 not understood.
int run_program(int argc, const char* const* argv);

}  // namespace codelog::tools
