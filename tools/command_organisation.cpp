#include <memory>

#include "tools/command.h"

namespace codelog::tools {
namespace {

struct OrganisationOptions {
  CommonOptions common;
  std::string slug;
  std::string name;
  std::string url;
  std::string username;
  bool is_admin = false;
  bool is_removed = false;
};

int add_organisation(const OrganisationOptions& options) {
  const Json arguments = {{"slug", options.slug}, {"name", options.name}, {"url", options.url}};
  return finish(run_operation(options.common, "organisation.add", arguments), options.common,
                [&](const Json&) { return "added organisation " + options.slug + "\n"; });
}

int change_organisation(const OrganisationOptions& options) {
  Json arguments = {{"slug", options.slug}};
  if (!options.name.empty()) arguments["name"] = options.name;
  if (!options.url.empty()) arguments["url"] = options.url;
  return finish(
      run_operation(options.common, "organisation.change", arguments), options.common,
      [&](const Json& outcome) {
        return (outcome.value("changed", false) ? "changed organisation " : "nothing to change: ") +
               options.slug + "\n";
      });
}

int remove_member(const OrganisationOptions& options) {
  const Json arguments = {{"organisation", options.slug}, {"username", options.username}};
  return finish(run_operation(options.common, "organisation.remove_member", arguments),
                options.common, [&](const Json&) {
                  return options.username + " is no longer a member of " + options.slug + "\n";
                });
}

int set_member(const OrganisationOptions& options) {
  if (options.is_removed) return remove_member(options);
  const Json arguments = {{"organisation", options.slug},
                          {"username", options.username},
                          {"is_admin", options.is_admin}};
  return finish(run_operation(options.common, "organisation.member", arguments), options.common,
                [&](const Json&) {
                  return options.username + " is " +
                         (options.is_admin ? "an administrator" : "a member") + " of " +
                         options.slug + "\n";
                });
}

}  // namespace

void add_organisation_commands(Command program) {
  Command group =
      program.add_group({"organisation", "Groups that own codelists together.",
                         "codelog organisation add example --name \"Example\" --url "
                         "https://example.org\ncodelog organisation member example alice --admin"});
  {
    Command add =
        group.add_command({"add", "Add an organisation.",
                           "codelog organisation add example --name \"Example University\" --url "
                           "https://example.org"});
    // The parser fills the options; the action reads them.
    auto options = std::make_shared<OrganisationOptions>();
    add.add_option("SLUG", options->slug, "Its name in URLs").required();
    add.add_option("--name", options->name, "Its name").required().type_name("NAME");
    add.add_option("--url", options->url, "Its web page").required().type_name("URL");
    add_data_options(add, options->common);
    add_json_option(add, options->common);
    add.set_action([options] { return add_organisation(*options); });
  }
  {
    Command change = group.add_command(
        {"change",
         "Change an organisation's name or web page. Options that are not given change nothing.",
         "codelog organisation change example --name \"Example University\""});
    auto options = std::make_shared<OrganisationOptions>();  // as above
    change.add_option("SLUG", options->slug, "The organisation").required();
    change.add_option("--name", options->name, "Its new name").type_name("NAME");
    change.add_option("--url", options->url, "Its new web page").type_name("URL");
    add_data_options(change, options->common);
    add_json_option(change, options->common);
    change.set_action([options] { return change_organisation(*options); });
  }
  Command member =
      group.add_command({"member", "Make a user a member, change their role, or remove them.",
                         "codelog organisation member example bob\n"
                         "codelog organisation member example alice --admin\n"
                         "codelog organisation member example bob --remove"});
  auto options = std::make_shared<OrganisationOptions>();  // as above
  member.add_option("SLUG", options->slug, "The organisation").required();
  member.add_option("NAME", options->username, "The user").required();
  const Option admin =
      member.add_flag("--admin", options->is_admin, "They may add and remove members");
  member.add_flag("--remove", options->is_removed, "End their membership").excludes(admin);
  add_data_options(member, options->common);
  add_json_option(member, options->common);
  member.set_action([options] { return set_member(*options); });
}

}  // namespace codelog::tools
