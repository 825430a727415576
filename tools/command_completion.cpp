#include "tools/command.h"
#include "tools/completion.h"

namespace codelog::tools {

void add_completion_command(Command program) {
  Command group = program.add_group({"completion", "Print a script for completion in a shell.",
                                     "source <(codelog completion bash)"});
  Command bash = group.add_command({"bash", "For bash.",
                                    "source <(codelog completion bash)\n"
                                    "codelog completion bash > /etc/bash_completion.d/codelog"});
  bash.set_action([program] {
    print(bash_completion(program));
    return exit_done;
  });
}

}  // namespace codelog::tools
