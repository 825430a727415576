// The part of AccountCommands that changes several details of a user at once.
#include "server/commands/account_commands.h"
#include "server/commands/permissions.h"
#include "server/commands/validation.h"

namespace codelog::commands {
namespace {

// The event that changes name and address; nothing if they stay.
Result<std::optional<events::Event>> changed_data(const Site& site, const Views& views,
                                                  const projections::UserRecord& user,
                                                  const ChangeUser& command) {
  if (!command.name && !command.email) return std::optional<events::Event>();
  auto data = open_personal_data(site.keys, user);
  if (!data) return data.error();
  const accounts::PersonalData before = *data;
  if (command.name) data->name = *command.name;
  if (command.email) data->email = *command.email;
  if (*data == before) return std::optional<events::Event>();
  if (data->email != before.email) {
    const auto free = check_email_free(views, site.keys, data->email, user.username);
    if (!free) return free.error();
  }
  auto event = replace_personal_data(site.keys, user.username, *data);
  if (!event) return event.error();
  return std::optional(std::move(*event));
}

}  // namespace

Result<Commit> AccountCommands::change_details(const Write& write, const std::string& username,
                                               const ChangeUser& command) {
  if (const auto allowed = check_admin(write.actor); !allowed) return allowed.error();
  if (command.name) {
    const auto line = check_line("name", *command.name, name_characters_max);
    if (!line) return line.error();
  }
  if (command.email) {
    if (const auto good = check_email(*command.email); !good) return good.error();
  }
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    const auto user = views.user(username);
    if (!user || user->is_erased) return no_user(username);
    // Addresses must be unique, so that changes take turns with new accounts.
    Decision decision{"ChangeUser", streams_of_new_user(username), {}};
    auto data = changed_data(executor_.site(), views, *user, command);
    if (!data) return data.error();
    if (*data) decision.events.push_back(std::move(**data));
    if (command.is_admin && *command.is_admin != user->is_admin) {
      decision.events.push_back(events::UserAdminChanged{username, *command.is_admin});
    }
    if (command.organisation && !views.member(*command.organisation, username)) {
      if (!views.organisation(*command.organisation)) {
        return base::field_error(ErrorCode::not_found, "organisation",
                                 "there is no organisation " + *command.organisation);
      }
      decision.streams.push_back(Stream::of_organisation(*command.organisation));
      decision.events.push_back(events::MemberSet{*command.organisation, username, true});
    }
    return decision;
  });
}

}  // namespace codelog::commands
