// Shell completion, generated from the program's own description of its command line, so that the
// two cannot differ.
#pragma once

#include <string>

#include "tools/command_line.h"

namespace codelog::tools {

// A script for bash: `source <(codelog completion bash)`.
std::string bash_completion(const Command& program);

}  // namespace codelog::tools
