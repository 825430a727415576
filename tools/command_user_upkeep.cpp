// Changes of users, and the removal of those that only spam.
#include <filesystem>
#include <memory>

#include "events/base/file.h"
#include "server/commands/csv_writer.h"
#include "tools/command.h"
#include "tools/terminal.h"

namespace codelog::tools {
namespace {

struct UpkeepOptions {
  CommonOptions common;
  std::string username, name, email, organisation;
  bool is_admin = false;
  bool is_no_admin = false;
  bool erases = false;
  std::string csv;
};

int change(const UpkeepOptions& options) {
  Json arguments = {{"username", options.username}};
  if (!options.name.empty()) arguments["name"] = options.name;
  if (!options.email.empty()) arguments["email"] = options.email;
  if (!options.organisation.empty()) arguments["organisation"] = options.organisation;
  if (options.is_admin || options.is_no_admin) arguments["is_admin"] = options.is_admin;
  return finish(run_operation(options.common, "user.change", arguments), options.common,
                [&](const Json& made) {
                  const bool changed = made.value("changed", false);
                  return "user " + options.username + (changed ? " changed\n" : " unchanged\n");
                });
}

std::string spam_lines(const Json& answer) {
  std::string lines;
  std::uint64_t erased_count = 0;
  for (const Json& user : answer["users"]) {
    std::string reasons;
    for (const Json& reason : user["reasons"]) {
      reasons += (reasons.empty() ? "" : "; ") + reason.get<std::string>();
    }
    lines += user.value("username", "") + ", " + user.value("name", "") + " <" +
             user.value("email", "") + ">: " + reasons + "\n";
    erased_count += user.value("erased", false) ? 1 : 0;
  }
  if (answer["users"].empty()) return "no user looks like a spammer\n";
  return lines + (erased_count > 0 ? format_count(erased_count) + " users erased\n"
                                   : "Nobody was erased: --erase does it.\n");
}

// Everything that is known of them except passwords, for the case of a mistake.
base::Result<void> write_spam_csv(const std::string& file, const Json& answer) {
  std::string csv;
  commands::append_csv_row({"username", "name", "email", "reasons"}, csv);
  for (const Json& user : answer["users"]) {
    std::string reasons;
    for (const Json& reason : user["reasons"]) {
      reasons += (reasons.empty() ? "" : "; ") + reason.get<std::string>();
    }
    commands::append_csv_row(
        {user.value("username", ""), user.value("name", ""), user.value("email", ""), reasons},
        csv);
  }
  return base::write_file_durably(file, csv, 0600);
}

int remove_spam(const UpkeepOptions& options) {
  Json arguments = {{"erase", options.erases}};
  // The file comes first: afterwards, nobody can read the data of erased users. Only those in it
  // are erased, and an earlier file stays, since it may be the only record of others.
  if (!options.csv.empty()) {
    if (std::filesystem::exists(options.csv)) {
      return refuse({base::ErrorCode::conflict, "there is a file " + options.csv + " already", {}},
                    options.common);
    }
    const auto found = run_operation(options.common, "user.spam", Json::object());
    if (!found) return refuse(found.error(), options.common);
    const auto written = write_spam_csv(options.csv, *found);
    if (!written) return refuse(written.error(), options.common);
    arguments["only"] = Json::array();
    for (const Json& user : (*found)["users"]) arguments["only"].push_back(user["username"]);
  }
  return finish(run_operation(options.common, "user.spam", arguments), options.common, spam_lines);
}

}  // namespace

void add_user_upkeep_commands(Command group) {
  {
    Command command = group.add_command(
        {"change",
         "Change a user's name, e-mail address, or role, or make them an administrator of an "
         "organisation. Options that are not given change nothing.",
         "codelog user change alice --name \"Alice Brown\"\n"
         "codelog user change alice --admin --organisation example-university"});
    // The parser fills the options; the action reads them.
    auto options = std::make_shared<UpkeepOptions>();
    command.add_option("NAME", options->username, "The user").required();
    command.add_option("--name", options->name, "Their name").type_name("NAME");
    command.add_option("--email", options->email, "Their e-mail address").type_name("EMAIL");
    const Option admin =
        command.add_flag("--admin", options->is_admin, "They may do everything on the site");
    command.add_flag("--no-admin", options->is_no_admin, "They may no longer").excludes(admin);
    command
        .add_option("--organisation", options->organisation,
                    "The slug or name of an organisation; they become its administrator, unless "
                    "they are a member already")
        .type_name("ORGANISATION");
    add_data_options(command, options->common);
    add_json_option(command, options->common);
    command.set_action([options] { return change(*options); });
  }
  Command command = group.add_command(
      {"remove-spam",
       "List the users that look like spammers, by OpenCodelists' rules: their name is their "
       "username, their e-mail address has three dots before the @ or one of a few endings. Never "
       "lists members, administrators, users who have done something here, or addresses of "
       "universities and governments. With --erase, erases them.",
       "codelog user remove-spam --csv spam.csv\n"
       "codelog user remove-spam --csv spam.csv --erase"});
  auto options = std::make_shared<UpkeepOptions>();  // as above
  command.add_flag("--erase", options->erases, "Erase them: nobody can read their data afterwards");
  command.add_option("--csv", options->csv, "Write them to this file first").type_name("FILE");
  add_data_options(command, options->common);
  add_json_option(command, options->common);
  command.set_action([options] { return remove_spam(*options); });
}

}  // namespace codelog::tools
