// Who may read the site, an owner's codelists, or one codelist.
#include <memory>

#include "tools/command.h"

namespace codelog::tools {
namespace {

struct AccessOptions {
  CommonOptions common;
  std::string subject;
  std::string access;
};

std::string in_words(const Json& outcome) {
  std::string text = "the site: " + outcome.value("site", "") + "\n";
  for (const Json& owner : outcome["owners"]) text += owner.get<std::string>() + ": restricted\n";
  for (const Json& codelist : outcome["codelists"]) {
    text += codelist.get<std::string>() + ": restricted\n";
  }
  return text;
}

int show_access(const AccessOptions& options) {
  return finish(run_operation(options.common, "access.list", Json::object()), options.common,
                in_words);
}

int set_access(const AccessOptions& options) {
  const Json arguments = {{"subject", options.subject}, {"access", options.access}};
  return finish(run_operation(options.common, "access.set", arguments), options.common,
                [&](const Json& outcome) {
                  return options.subject + (outcome.value("changed", false) ? " is " : " was ") +
                         options.access +
                         (outcome.value("changed", false) ? " now\n" : " already\n");
                });
}

}  // namespace

void add_access_commands(Command program) {
  Command group = program.add_group(
      {"access",
       "Who may read: everybody (open), or only some (restricted): the editors of a codelist, or "
       "of each codelist of an owner; or, of a whole site, its users. For everybody else, what is "
       "restricted does not exist.",
       "codelog access list\ncodelog access set organisation/example restricted"});
  {
    Command list = group.add_command(
        {"list", "What is restricted. Everything else is open.", "codelog access list"});
    // The parser fills the options; the action reads them.
    auto options = std::make_shared<AccessOptions>();
    add_data_options(list, options->common);
    add_json_option(list, options->common);
    list.set_action([options] { return show_access(*options); });
  }
  Command set = group.add_command(
      {"set",
       "Open or restrict the site, an owner's codelists (later ones too), or one codelist. A "
       "running server follows at once. Nobody can register themselves on a restricted site.",
       "codelog access set site restricted\n"
       "codelog access set organisation/example restricted\n"
       "codelog access set user/ada open\n"
       "codelog access set organisation/example/asthma restricted"});
  auto options = std::make_shared<AccessOptions>();  // as above
  set.add_option("SUBJECT", options->subject,
                 "site, organisation/SLUG, user/NAME, or one of the last two with /CODELIST")
      .required();
  set.add_option("ACCESS", options->access, "open or restricted").required();
  add_data_options(set, options->common);
  add_json_option(set, options->common);
  set.set_action([options] { return set_access(*options); });
}

}  // namespace codelog::tools
