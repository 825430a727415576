#include "server/commands/identity_commands.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/accounts/passwords.h"

namespace codelog::commands {
namespace {

using projections::IdentityRecord;
using projections::UserRecord;

const IdentityRecord* link_of(const UserRecord& user, const std::string& issuer) {
  const auto found = std::ranges::find(user.identities, issuer, &IdentityRecord::issuer);
  return found == user.identities.end() ? nullptr : &*found;
}

// Errors: as KeyRing::open_sealed.
Result<bool> has_identity(const accounts::KeyRing& keys, const UserRecord& user,
                          const Identity& identity) {
  const IdentityRecord* const link = link_of(user, identity.issuer);
  if (link == nullptr || user.is_erased) return false;
  const auto opened = keys.open_sealed(user.username, link->identity);
  if (!opened) return opened.error();
  const auto json = nlohmann::json::parse(*opened, nullptr, false);
  return json.is_object() && json.value("subject", "") == identity.subject;
}

// Errors: conflict.
Result<void> check_identity_unused(const Views& views, const accounts::KeyRing& keys,
                                   const Identity& identity, const std::string& except) {
  for (const UserRecord& user : views.users()) {
    if (user.username == except) continue;
    const auto has = has_identity(keys, user, identity);
    if (!has) {
      return Error{
          ErrorCode::conflict,
          "it is not known whether another user signs in with this account: " + has.error().detail +
              "; restore the key of " + user.username + ", or erase that user",
          {}};
    }
    if (*has) {
      return Error{
          ErrorCode::conflict, "another user of this site signs in with this account already", {}};
    }
  }
  return {};
}

Result<events::Event> decide_link(const accounts::KeyRing& keys, const std::string& username,
                                  const Identity& identity) {
  const nlohmann::json known = {{"subject", identity.subject}};
  auto sealed =
      keys.seal(username, known.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  if (!sealed) return sealed.error();
  return events::Event(events::IdentityLinked{username, identity.issuer, std::move(*sealed)});
}

Error not_linked() {
  return {ErrorCode::not_found, "no user of this site signs in with this account", {}};
}

}  // namespace

std::optional<UserRecord> find_user_by_identity(const Views& views, const accounts::KeyRing& keys,
                                                const Identity& identity) {
  for (UserRecord& user : views.users()) {
    const auto has = has_identity(keys, user, identity);
    if (has && *has) return std::move(user);
  }
  return std::nullopt;
}

Result<NewSession> IdentityCommands::log_in(const Identity& identity, const Client& client) {
  const auto& site = executor_.site();
  const auto found = find_user_by_identity(site.projections.views(), site.keys, identity);
  if (!found) return not_linked();
  const std::string& username = found->username;
  std::string id = accounts::make_session_id();
  auto commit =
      executor_.run({{.username = username}, {}}, {}, [&](const Views& views) -> Result<Decision> {
        const auto user = views.user(username);
        if (!user) return not_linked();
        const auto has = has_identity(site.keys, *user, identity);
        if (!has || !*has) return not_linked();
        if (!user->is_active) {
          return Error{
              ErrorCode::unauthenticated, "The account " + username + " has been deactivated.", {}};
        }
        auto started = decide_session(site, username, id, client);
        if (!started) return started.error();
        return Decision{"LogInWithIdentity", {Stream::of_user(username)}, {std::move(*started)}};
      });
  if (!commit) return commit.error();
  return NewSession{std::move(id), username, std::move(*commit)};
}

Result<NewSession> IdentityCommands::sign_up(const AddUser& command, const Identity& identity,
                                             const Client& client) {
  CODELOG_CHECK(!command.password && !command.is_admin, "somebody signs up as an ordinary user");
  if (const auto good = check_identity(command); !good) return good.error();
  const auto& site = executor_.site();
  std::string id = accounts::make_session_id();
  auto commit = executor_.run(
      {{.username = command.username}, {}}, {}, [&](const Views& views) -> Result<Decision> {
        const auto unused = check_identity_unused(views, site.keys, identity, {});
        if (!unused) return unused.error();
        auto added = decide_new_user(views, site.keys, command, {});
        if (!added) return added.error();
        auto linked = decide_link(site.keys, command.username, identity);
        if (!linked) return linked.error();
        auto started = decide_session(site, command.username, id, client);
        if (!started) return started.error();
        return Decision{"SignUpWithIdentity",
                        streams_of_new_user(command.username),
                        {std::move(*added), std::move(*linked), std::move(*started)}};
      });
  if (!commit) return commit.error();
  return NewSession{std::move(id), command.username, std::move(*commit)};
}

Result<Commit> IdentityCommands::link(const Write& write, const Identity& identity) {
  const std::string& username = write.actor.username;
  const auto& keys = executor_.site().keys;
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    const auto user = views.user(username);
    if (!user || !user->is_active) return no_user(username);
    // A person has at most one user, so that links take turns.
    Decision decision{"LinkIdentity", streams_of_new_user(username), {}};
    if (link_of(*user, identity.issuer) != nullptr) {
      const auto has = has_identity(keys, *user, identity);
      if (has && *has) return decision;
      return Error{ErrorCode::conflict,
                   "you sign in with another account there already: disconnect it first",
                   {}};
    }
    const auto unused = check_identity_unused(views, keys, identity, username);
    if (!unused) return unused.error();
    auto linked = decide_link(keys, username, identity);
    if (!linked) return linked.error();
    decision.events.push_back(std::move(*linked));
    return decision;
  });
}

Result<Commit> IdentityCommands::unlink(const Write& write, const std::string& issuer) {
  const std::string& username = write.actor.username;
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    const auto user = views.user(username);
    if (!user || user->is_erased) return no_user(username);
    if (link_of(*user, issuer) == nullptr) {
      return Error{ErrorCode::not_found, "this account is not connected", {}};
    }
    const auto data = open_personal_data(executor_.site().keys, *user);
    if (!data) return data.error();
    // Even with another link: its issuer may be one that the site no longer uses.
    if (data->password_hash.empty()) {
      return Error{ErrorCode::conflict,
                   "You have no password, so you might not be able to log in again. Set a password "
                   "first: log out and follow \"Forgotten your password?\".",
                   {}};
    }
    return Decision{"UnlinkIdentity",
                    {Stream::of_user(username)},
                    {events::IdentityUnlinked{username, issuer}}};
  });
}

}  // namespace codelog::commands
