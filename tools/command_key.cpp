// The keys that sign the log's checkpoints, and those of its cosigners.
#include <memory>

#include "tools/command.h"

namespace codelog::tools {
namespace {

struct KeyOptions {
  CommonOptions common;
  bool retires_old = false;
  std::string key;
  std::string name;
};

std::string keys_in_words(const Json& keys) {
  std::string text;
  for (const Json& key : keys["keys"]) {
    text += key["key"].get<std::string>() + (key["signs"].get<bool>() ? "  signs" : "  retired") +
            ", made " + key["made_at"].get<std::string>() + "\n";
  }
  if (text.empty()) text = "no key yet: the first start of the server makes it\n";
  for (const Json& cosigner : keys["cosigners"]) {
    text += cosigner.get<std::string>() + "  cosigner\n";
  }
  return text;
}

int run(const KeyOptions& options, std::string_view operation, const Json& arguments) {
  return finish(run_operation(options.common, operation, arguments, site::OpenViews::no),
                options.common, keys_in_words);
}

using KeyAction = int (*)(const KeyOptions&);

struct KeyCommand {
  Command command;
  KeyOptions& options;
};

KeyCommand add_key_command(Command group, const CommandText& text, KeyAction action) {
  Command command = group.add_command(text);
  // The parser fills the options; the action reads them.
  auto options = std::make_shared<KeyOptions>();
  add_data_options(command, options->common);
  add_json_option(command, options->common);
  command.set_action([options, action] { return action(*options); });
  return {command, *options};
}

}  // namespace

void add_key_commands(Command program) {
  Command group = program.add_group(
      {"key",
       "The keys that sign the log's checkpoints, and those of the witnesses that cosign them.",
       "codelog key show\ncodelog key rotate"});
  add_key_command(
      group,
      {"show",
       "Show the verifier keys, newest first. Give them to those who want to check the "
       "log, on another way than through the site.",
       "codelog key show"},
      [](const KeyOptions& options) { return run(options, "log.keys", Json::object()); });
  KeyCommand rotate = add_key_command(
      group,
      {"rotate",
       "Make a new signing key. The old keys go on signing too, so that whoever knows only them "
       "can "
       "go on verifying; receipts signed by them stay valid in any case.",
       "codelog key rotate\ncodelog key rotate --retire-old"},
      [](const KeyOptions& options) {
        return run(options, "log.rotate_key", {{"retire_old", options.retires_old}});
      });
  rotate.command.add_flag("--retire-old", rotate.options.retires_old,
                          "Destroy the old keys: what they have signed stays valid, but they sign "
                          "nothing more. Whoever knows only them needs the new key");
  KeyCommand trust =
      add_key_command(group,
                      {"trust", "Take the cosignatures of this witness. Replaces its earlier key.",
                       "codelog key trust witness.example.net+1a2b3c4d+BFoo…"},
                      [](const KeyOptions& options) {
                        return run(options, "log.trust", {{"key", options.key}});
                      });
  trust.command.add_option("VKEY", trust.options.key, "The witness's verifier key").required();
  KeyCommand distrust =
      add_key_command(group,
                      {"distrust", "Take no more cosignatures of this witness.",
                       "codelog key distrust witness.example.net"},
                      [](const KeyOptions& options) {
                        return run(options, "log.distrust", {{"name", options.name}});
                      });
  distrust.command.add_option("NAME", distrust.options.name, "The witness's name").required();
}

}  // namespace codelog::tools
