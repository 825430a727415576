// Shell completion, generated from the program's own description of its command line, so that the
// two cannot differ.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace codelog::tools {

// A script for bash: `source <(codelog completion bash)`.
std::string bash_completion(const CLI::App& program);

}  // namespace codelog::tools
