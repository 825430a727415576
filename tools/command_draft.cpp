// Brings drafts up to date, for people who cannot resolve one in the browser.
#include <memory>

#include "tools/command.h"

namespace codelog::tools {
namespace {

struct DraftOptions {
  CommonOptions common;
  std::string version;
  std::string author;
  std::string release;
};

std::string line_of(const Json& change) {
  std::string line = change.at("code").get<std::string>();
  const Json& before = change.at("before");
  const Json& after = change.at("after");
  if (after.is_null()) return line + " (removed)\n";
  line += " - " + after.get<std::string>();
  if (before.is_null()) return line + " (new)\n";
  return line + " (changed from " + before.get<std::string>() + ")\n";
}

std::string changes_of_draft(const Json& updated) {
  std::string lines;
  for (const Json& search : updated.at("searches")) {
    lines += "the search " + search.at("text").get<std::string>() + " now finds " +
             search.at("codes").dump() + " codes, not " + search.at("codes_before").dump() + "\n";
  }
  for (const Json& change : updated.at("changes")) lines += line_of(change);
  const std::string draft = "draft " + updated.value("version", "");
  return lines.empty() ? draft + ": no changes required\n" : draft + " updated:\n" + lines;
}

int update(const DraftOptions& options) {
  return finish(run_operation(options.common, "draft.update", {{"version", options.version}}),
                options.common, changes_of_draft);
}

int create(const DraftOptions& options) {
  Json arguments = {{"version", options.version}, {"author", options.author}};
  if (!options.release.empty()) arguments["release"] = options.release;
  return finish(run_operation(options.common, "draft.create", arguments), options.common,
                [](const Json& made) {
                  return "new draft at " + made.value("page", "") + "\n" + changes_of_draft(made);
                });
}

}  // namespace

void add_draft_commands(Command program) {
  Command group = program.add_group(
      {"draft", "Drafts of codelists.",
       "codelog draft update 66f08cca\ncodelog draft create 66f08cca --author alice"});
  {
    Command command = group.add_command(
        {"update",
         "Bring a draft up to date with its release, as one step that can be undone: run its "
         "searches again, remove codes that the release does not have, add new descendants, and "
         "compute all inherited statuses again.",
         "codelog draft update 66f08cca\ncodelog draft update 66f08cca --json"});
    // The parser fills the options; the action reads them.
    auto options = std::make_shared<DraftOptions>();
    command.add_option("HASH", options->version, "The draft's hash").required();
    add_data_options(command, options->common);
    add_json_option(command, options->common);
    command.set_action([options] { return update(*options); });
  }
  Command command = group.add_command(
      {"create",
       "Make a draft from a version, on the newest release or another, and bring it up to date.",
       "codelog draft create 66f08cca --author alice\n"
       "codelog draft create 66f08cca --author alice --release snomedct_3700_20231004"});
  auto options = std::make_shared<DraftOptions>();  // as above
  command.add_option("HASH", options->version, "The version's hash").required();
  command.add_option("--author", options->author, "The user who will edit the draft")
      .required()
      .type_name("NAME");
  command.add_option("--release", options->release, "The draft's release; otherwise the newest")
      .type_name("ALIAS");
  add_data_options(command, options->common);
  add_json_option(command, options->common);
  command.set_action([options] { return create(*options); });
}

}  // namespace codelog::tools
