#include "server/commands/account_commands.h"

#include "events/base/text.h"
#include "server/accounts/passwords.h"
#include "server/accounts/personal_data.h"
#include "server/commands/permissions.h"
#include "server/commands/validation.h"

namespace codelog::commands {
namespace {

constexpr std::size_t account_name_characters_max = 50;
constexpr std::size_t password_bytes_min = 8;
constexpr std::size_t password_bytes_max = 1024;

// New accounts take turns: usernames and addresses must be unique, ignoring case.

Result<void> check_password(const std::string& password) {
  if (password.size() >= password_bytes_min && password.size() <= password_bytes_max) return {};
  return base::field_error(ErrorCode::invalid, "password",
                           "must have " + std::to_string(password_bytes_min) + " to " +
                               std::to_string(password_bytes_max) + " bytes");
}

Result<void> check_email(const std::string& email) {
  if (const auto line = check_line("email", email, 255); !line) return line;
  const auto at = email.find('@');
  const bool plausible = at != std::string::npos && at > 0 && at + 1 < email.size() &&
                         email.find('@', at + 1) == std::string::npos &&
                         email.find(' ') == std::string::npos;
  if (plausible) return {};
  return base::field_error(ErrorCode::invalid, "email", "must be an e-mail address");
}

Error no_user(const std::string& username) {
  return {ErrorCode::not_found, "there is no user " + username, {}};
}

Error erased_already(const std::string& username) {
  return {ErrorCode::conflict, "user " + username + " has been erased already", {}};
}

// For a user who exists and has not been erased.
Error key_problem(const std::string& username, const Error& error) {
  if (error.code != ErrorCode::not_found) return error;
  return {ErrorCode::corrupt,
          "the key of user " + username +
              " is missing, though the user has not been erased: put it back from a backup of the "
              "keys",
          {}};
}

Error no_organisation(const std::string& slug) {
  return {ErrorCode::not_found, "there is no organisation " + slug, {}};
}

}  // namespace

Result<void> AccountCommands::check_email_free(const Views& views, const std::string& email) const {
  const std::string folded = base::ascii_lower(email);
  for (const projections::UserRecord& user : views.users()) {
    if (user.is_erased) continue;
    const auto data = accounts::open_sealed(executor_.site().keys, user.username, user.personal);
    if (!data) {
      return Error{ErrorCode::conflict,
                   "it is not known whether this e-mail address is free: " + data.error().detail +
                       "; restore the key of " + user.username + ", or erase that user",
                   {}};
    }
    if (base::ascii_lower(data->email) == folded) {
      return Error{ErrorCode::conflict,
                   "A user with this email address already exists.",
                   {{"email", "A user with this email address already exists."}}};
    }
  }
  return {};
}

Result<Commit> AccountCommands::add_user(const Write& write, const AddUser& command) {
  if (const auto allowed = check_admin(write.actor); !allowed) return allowed.error();
  const auto slug = check_slug("username", command.username, account_name_characters_max);
  if (!slug) return slug.error();
  if (const auto name = check_line("name", command.name, 255); !name) return name.error();
  if (const auto email = check_email(command.email); !email) return email.error();
  if (command.password) {
    if (const auto good = check_password(*command.password); !good) return good.error();
  }
  Result<std::string> hash = std::string();
  if (command.password) hash = accounts::hash_password(*command.password);
  if (!hash) return hash.error();
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    const std::string folded = base::ascii_lower(command.username);
    for (const projections::UserRecord& user : views.users()) {
      if (base::ascii_lower(user.username) == folded) {
        return Error{ErrorCode::conflict,
                     "A user with this username already exists.",
                     {{"username", "A user with this username already exists."}}};
      }
    }
    if (const auto free = check_email_free(views, command.email); !free) return free.error();
    // The key is durable before the commit that needs it. A key left by a failed attempt is used
    // again.
    auto& keys = executor_.site().keys;
    if (const auto key = keys.make_key(command.username); !key) return key.error();
    auto sealed = accounts::seal(keys, command.username, {command.name, command.email, *hash});
    if (!sealed) return sealed.error();
    return Decision{"AddUser",
                    {Stream::of_accounts(), Stream::of_user(command.username)},
                    {events::UserAdded{command.username, std::move(*sealed), command.is_admin}}};
  });
}

Result<Commit> AccountCommands::change_user(
    const Write& write, const std::string& username, std::string command,
    const std::function<Result<events::Event>(const projections::UserRecord&)>& change) {
  if (const auto allowed = check_admin(write.actor); !allowed) return allowed.error();
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    const auto user = views.user(username);
    if (!user) return no_user(username);
    if (user->is_erased) {
      return Error{ErrorCode::conflict, "user " + username + " has been erased", {}};
    }
    auto event = change(*user);
    if (!event) return event.error();
    return Decision{command, {Stream::of_user(username)}, {std::move(*event)}};
  });
}

Result<AccountCommands::NewToken> AccountCommands::set_token(const Write& write,
                                                             const std::string& username) {
  const std::string token = accounts::make_token();
  auto commit =
      change_user(write, username, "SetToken",
                  [&](const projections::UserRecord& user) -> Result<events::Event> {
                    if (!user.is_active) {
                      return Error{ErrorCode::conflict, "user " + username + " is not active", {}};
                    }
                    return events::Event(events::TokenSet{username, accounts::digest_token(token)});
                  });
  if (!commit) return commit.error();
  return NewToken{token, std::move(*commit)};
}

Result<Commit> AccountCommands::set_password(const Write& write, const std::string& username,
                                             const std::string& password) {
  if (const auto good = check_password(password); !good) return good.error();
  const auto hash = accounts::hash_password(password);
  if (!hash) return hash.error();
  return change_user(
      write, username, "SetPassword",
      [&](const projections::UserRecord& user) -> Result<events::Event> {
        auto& keys = executor_.site().keys;
        auto data = accounts::open_sealed(keys, username, user.personal);
        if (!data) return key_problem(username, data.error());
        data->password_hash = *hash;
        auto sealed = accounts::seal(keys, username, *data);
        if (!sealed) return sealed.error();
        return events::Event(events::UserPersonalDataChanged{username, std::move(*sealed)});
      });
}

Result<Commit> AccountCommands::set_active(const Write& write, const std::string& username,
                                           bool is_active) {
  return change_user(write, username, is_active ? "ActivateUser" : "DeactivateUser",
                     [&](const projections::UserRecord&) -> Result<events::Event> {
                       return events::Event(events::UserActivationChanged{username, is_active});
                     });
}

Result<Commit> AccountCommands::erase_user(const Write& write, const std::string& username) {
  if (const auto allowed = check_admin(write.actor); !allowed) return allowed.error();
  const auto known = executor_.site().projections.views().user(username);
  if (known && known->is_erased) {
    // The event exists already; destroy the key again, and report the existing commit.
    if (const auto erased = executor_.site().keys.erase(username); !erased) return erased.error();
    return erased_already(username);
  }
  auto commit = executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    const auto user = views.user(username);
    if (!user) return no_user(username);
    if (user->is_erased) return erased_already(username);
    Decision decision{"EraseUser", {Stream::of_user(username)}, {}};
    for (const std::string& slug : views.organisations_of(username)) {
      decision.streams.push_back(Stream::of_organisation(slug));
      decision.events.push_back(events::MemberRemoved{slug, username});
    }
    decision.events.push_back(events::UserErased{username});
    return decision;
  });
  if (!commit) return commit.error();
  if (const auto erased = executor_.site().keys.erase(username); !erased) return erased.error();
  return commit;
}

Result<Commit> AccountCommands::add_organisation(const Write& write,
                                                 const AddOrganisation& command) {
  if (const auto allowed = check_admin(write.actor); !allowed) return allowed.error();
  const auto slug = check_slug("slug", command.slug, account_name_characters_max);
  if (!slug) return slug.error();
  if (command.slug == "user") {
    return base::field_error(ErrorCode::invalid, "slug", "must not be 'user': URLs use it");
  }
  if (const auto name = check_line("name", command.name, 255); !name) return name.error();
  if (const auto url = check_line("url", command.url, 200); !url) return url.error();
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    if (views.organisation(command.slug)) {
      return Error{ErrorCode::conflict,
                   "there is an organisation " + command.slug + " already",
                   {{"slug", "is taken"}}};
    }
    return Decision{"AddOrganisation",
                    {Stream::of_organisation(command.slug)},
                    {events::OrganisationAdded{command.slug, command.name, command.url}}};
  });
}

Result<Commit> AccountCommands::set_member(const Write& write, const std::string& organisation,
                                           const std::string& username, bool is_admin) {
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    const auto own = views.member(organisation, write.actor.username);
    if (!check_admin(write.actor) && !(own && own->is_admin)) {
      return forbidden("only an administrator of " + organisation + " may add members");
    }
    if (!views.organisation(organisation)) return no_organisation(organisation);
    const auto user = views.user(username);
    if (!user || user->is_erased) return no_user(username);
    return Decision{"SetMember",
                    {Stream::of_organisation(organisation), Stream::of_user(username)},
                    {events::MemberSet{organisation, username, is_admin}}};
  });
}

Result<Commit> AccountCommands::remove_member(const Write& write, const std::string& organisation,
                                              const std::string& username) {
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    const auto own = views.member(organisation, write.actor.username);
    if (!check_admin(write.actor) && !(own && own->is_admin)) {
      return forbidden("only an administrator of " + organisation + " may remove members");
    }
    if (!views.member(organisation, username)) {
      return Error{ErrorCode::not_found, username + " is not a member of " + organisation, {}};
    }
    return Decision{"RemoveMember",
                    {Stream::of_organisation(organisation), Stream::of_user(username)},
                    {events::MemberRemoved{organisation, username}}};
  });
}

}  // namespace codelog::commands
