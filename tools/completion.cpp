#include "tools/completion.h"

#include <vector>

#include "mappings/files/mappings.h"
#include "tools/release_import.h"

namespace codelog::tools {
namespace {

struct Words {
  std::string path;   // " user add"
  std::string words;  // "--name --email …"
};

std::vector<const CLI::App*> subcommands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

// A command's choices: its subcommands, or the systems and mappings that it can import.
std::vector<std::string> choices_of(const CLI::App& app) {
  std::vector<std::string> choices;
  if (app.get_name() != "import") return choices;
  for (const Importer& importer : importers()) choices.emplace_back(importer.system_id);
  for (const std::string_view mapping : mappings::all_mappings) choices.emplace_back(mapping);
  return choices;
}

void collect(const CLI::App& app, const std::string& path, std::vector<Words>& all) {
  std::string words;
  const auto choices = choices_of(app);
  for (const std::string& choice : choices) words += choice + " ";
  for (const CLI::App* subcommand : subcommands_of(app)) words += subcommand->get_name() + " ";
  std::string options;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) options += "--" + name + " ";
  }
  if (!options.empty()) options.pop_back();
  all.push_back({path, words + options});
  for (const std::string& choice : choices) all.push_back({path + " " + choice, options});
  for (const CLI::App* subcommand : subcommands_of(app)) {
    collect(*subcommand, path + " " + subcommand->get_name(), all);
  }
}

}  // namespace

std::string bash_completion(const CLI::App& program) {
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
