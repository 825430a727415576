#include "tools/completion.h"

#include <vector>

#include "mappings/files/mappings.h"
#include "server/site/release_import.h"

namespace codelog::tools {
namespace {

struct Words {
  std::string path;   // " user add"
  std::string words;  // "--name --email …"
};

// A command's choices: its subcommands, or the systems and mappings that it can import.
std::vector<std::string> choices_of(const Command& command) {
  std::vector<std::string> choices;
  if (command.name() != "import") return choices;
  for (const site::Importer& importer : site::importers()) choices.emplace_back(importer.system_id);
  for (const std::string_view mapping : mappings::all_mappings) choices.emplace_back(mapping);
  return choices;
}

void collect(const Command& command, const std::string& path, std::vector<Words>& all) {
  std::string words;
  const auto choices = choices_of(command);
  for (const std::string& choice : choices) words += choice + " ";
  for (const Command& subcommand : command.commands()) words += subcommand.name() + " ";
  std::string options;
  for (const std::string& name : command.option_names()) options += name + " ";
  if (!options.empty()) options.pop_back();
  all.push_back({path, words + options});
  for (const std::string& choice : choices) all.push_back({path + " " + choice, options});
  for (const Command& subcommand : command.commands()) {
    collect(subcommand, path + " " + subcommand.name(), all);
  }
}

}  // namespace

std::string bash_completion(const Command& program) {
  std::vector<Words> all;
  collect(program, "", all);
  std::string paths;
  std::string words;
  for (const Words& entry : all) {
    if (!entry.path.empty()) paths += (paths.empty() ? "\"" : "|\"") + entry.path + "\"";
    words += "    \"" + entry.path + "\") words=\"" + entry.words + "\" ;;\n";
  }
  return "# bash completion for codelog. Use it with: source <(codelog completion bash)\n"
         "_codelog() {\n"
         "  local current=\"${COMP_WORDS[COMP_CWORD]}\" path=\"\" words=\"\" word\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    case \"$path $word\" in\n"
         "      " +
         paths +
         ") path=\"$path $word\" ;;\n"
         "    esac\n"
         "  done\n"
         "  case \"$path\" in\n" +
         words +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n"
         "# Where no word fits, files do.\n"
         "complete -o default -F _codelog codelog\n";
}

}  // namespace codelog::tools
