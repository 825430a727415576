#include "server/commands/account_commands.h"

#include "server/accounts/passwords.h"
#include "server/accounts/personal_data.h"
#include "server/commands/account_rules.h"
#include "server/commands/permissions.h"
#include "server/commands/validation.h"

namespace codelog::commands {
namespace {

Error erased_already(const std::string& username) {
  return {ErrorCode::conflict, "user " + username + " has been erased already", {}};
}

Error no_organisation(const std::string& slug) {
  return {ErrorCode::not_found, "there is no organisation " + slug, {}};
}

// All that is kept of a person outside the log. The mails go first, because a key that is still
// there shows the next start that they may be, too.
Result<void> destroy_person(const Site& site, const std::string& username) {
  const auto mails = site.destroy_mails ? site.destroy_mails() : Result<void>();
  if (auto erased = site.keys.erase(username); !erased) return erased;
  return mails;
}

}  // namespace

Result<Commit> AccountCommands::add_user(const Write& write, const AddUser& command) {
  if (const auto allowed = check_admin(write.actor); !allowed) return allowed.error();
  if (const auto good = check_new_user(command); !good) return good.error();
  Result<std::string> hash = std::string();
  if (command.password) hash = accounts::hash_password(*command.password);
  if (!hash) return hash.error();
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    auto added = decide_new_user(views, executor_.site().keys, command, *hash);
    if (!added) return added.error();
    return Decision{"AddUser", streams_of_new_user(command.username), {std::move(*added)}};
  });
}

Result<Commit> AccountCommands::change_user(
    const Write& write, const std::string& username, std::string command,
    const std::function<Result<std::vector<events::Event>>(const projections::UserRecord&)>&
        change) {
  if (const auto allowed = check_admin(write.actor); !allowed) return allowed.error();
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    const auto user = views.user(username);
    if (!user) return no_user(username);
    if (user->is_erased) {
      return Error{ErrorCode::conflict, "user " + username + " has been erased", {}};
    }
    auto made = change(*user);
    if (!made) return made.error();
    return Decision{command, {Stream::of_user(username)}, std::move(*made)};
  });
}

Result<AccountCommands::NewToken> AccountCommands::set_token(const Write& write,
                                                             const std::string& username) {
  const std::string token = accounts::make_token();
  auto commit =
      change_user(write, username, "SetToken",
                  [&](const projections::UserRecord& user) -> Result<std::vector<events::Event>> {
                    if (!user.is_active) {
                      return Error{ErrorCode::conflict, "user " + username + " is not active", {}};
                    }
                    return std::vector<events::Event>{
                        events::TokenSet{username, accounts::digest_token(token)}};
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
      [&](const projections::UserRecord& user) -> Result<std::vector<events::Event>> {
        auto data = open_personal_data(executor_.site().keys, user);
        if (!data) return data.error();
        data->password_hash = *hash;
        auto changed = replace_personal_data(executor_.site().keys, username, *data);
        if (!changed) return changed.error();
        std::vector<events::Event> all = {std::move(*changed)};
        add_end_of_sessions(user, events::SessionEnd::password_changed, all);
        return all;
      });
}

Result<Commit> AccountCommands::note_reset_link(const Write& write, const std::string& username) {
  if (const auto good = check_prose("reason", write.reason); !good) return good.error();
  return change_user(
      {write.actor, write.idempotency}, username, "MakeResetLink",
      [&](const projections::UserRecord& user) -> Result<std::vector<events::Event>> {
        if (!user.is_active) {
          return Error{ErrorCode::conflict, "user " + username + " is not active", {}};
        }
        return std::vector<events::Event>{events::CommitExplained{write.reason}};
      });
}

Result<Commit> AccountCommands::set_active(const Write& write, const std::string& username,
                                           bool is_active) {
  return change_user(
      write, username, is_active ? "ActivateUser" : "DeactivateUser",
      [&](const projections::UserRecord& user) -> Result<std::vector<events::Event>> {
        std::vector<events::Event> all = {events::UserActivationChanged{username, is_active}};
        if (!is_active) add_end_of_sessions(user, events::SessionEnd::deactivated, all);
        return all;
      });
}

Result<Commit> AccountCommands::erase_user(const Write& write, const std::string& username) {
  if (const auto allowed = check_admin(write.actor); !allowed) return allowed.error();
  const auto known = executor_.site().projections.views().user(username);
  if (known && known->is_erased) {
    // The event exists already; destroy the key again, and report the existing commit.
    if (const auto destroyed = destroy_person(executor_.site(), username); !destroyed) {
      return destroyed.error();
    }
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
  if (const auto destroyed = destroy_person(executor_.site(), username); !destroyed) {
    return destroyed.error();
  }
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

Result<Commit> AccountCommands::change_organisation(const Write& write,
                                                    const AddOrganisation& details) {
  if (const auto allowed = check_admin(write.actor); !allowed) return allowed.error();
  if (const auto name = check_line("name", details.name, 255); !name) return name.error();
  if (const auto url = check_line("url", details.url, 200); !url) return url.error();
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    const auto known = views.organisation(details.slug);
    if (!known) return no_organisation(details.slug);
    Decision decision{"ChangeOrganisation", {Stream::of_organisation(details.slug)}, {}};
    if (known->name != details.name || known->url != details.url) {
      decision.events.push_back(
          events::OrganisationChanged{details.slug, details.name, details.url});
    }
    return decision;
  });
}

Result<Commit> AccountCommands::set_member(const Write& write, const std::string& organisation,
                                           const std::string& username, bool is_admin,
                                           Membership before) {
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    const auto own = views.member(organisation, write.actor.username);
    if (!check_admin(write.actor) && !(own && own->is_admin)) {
      return forbidden("only an administrator of " + organisation + " may add members");
    }
    if (!views.organisation(organisation)) return no_organisation(organisation);
    const auto user = views.user(username);
    if (!user || user->is_erased) return no_user(username);
    const bool is_member = views.member(organisation, username).has_value();
    if (before == Membership::must_exist && !is_member) {
      return Error{ErrorCode::conflict, "User " + username + " is not a member", {}};
    }
    if (before == Membership::must_be_new && is_member) {
      return Error{ErrorCode::conflict, "User " + username + " is already a member", {}};
    }
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
