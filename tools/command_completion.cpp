#include "tools/command.h"
#include "tools/completion.h"

namespace codelog::tools {

void add_completion_command(CLI::App& program, Chosen& chosen) {
  CLI::App& group = add_group(program, {"completion", "Print a script for completion in a shell.",
                                        "source <(codelog completion bash)"});
  CLI::App& bash = add_command(group, {"bash", "For bash.",
                                       "source <(codelog completion bash)\n"
                                       "codelog completion bash > /etc/bash_completion.d/codelog"});
  bash.callback([&program, &chosen] {
    chosen = [&program] {
      print(bash_completion(program));
      return exit_done;
    };
  });
}

}  // namespace codelog::tools
