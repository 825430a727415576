#include "server/commands/sign_in_commands.h"

#include <algorithm>

#include "server/accounts/passwords.h"
#include "server/commands/validation.h"

namespace codelog::commands {
namespace {

Error wrong_credentials() {
  return {ErrorCode::unauthenticated,
          "Please enter a correct username and password. Note that both fields may be "
          "case-sensitive.",
          {}};
}

Error weak_password(const char* field, std::string why) {
  return base::field_error(ErrorCode::invalid, field, std::move(why));
}

Actor actor_of(const std::string& username) { return {.username = username}; }

bool is_known(const std::optional<projections::UserRecord>& user) {
  return user && !user->is_erased && user->is_active;
}

}  // namespace

Result<SignInCommands::NewSession> SignInCommands::log_in(const std::string& username,
                                                          const std::string& password,
                                                          const Client& client) {
  // Another sign-in may replace the hash by a better one at the same time.
  constexpr int attempts_max = 3;
  for (int attempt = 1;; ++attempt) {
    const auto checked = check(username, password);
    if (!checked) return checked.error();
    auto session = start(username, client, *checked);
    if (session || session.error().code != ErrorCode::conflict || attempt == attempts_max) {
      return session;
    }
  }
}

Result<SignInCommands::Checked> SignInCommands::check(const std::string& username,
                                                      const std::string& password) const {
  const auto user = executor_.site().projections.views().user(username);
  const auto refuse = [&]() -> Error {
    const auto done = accounts::pretend_to_verify(password.substr(0, accounts::password_bytes_max));
    return done ? wrong_credentials() : done.error();
  };
  if (!is_known(user) || password.size() > accounts::password_bytes_max) return refuse();
  auto data = open_personal_data(executor_.site().keys, *user);
  if (!data) return data.error();
  if (data->password_hash.empty()) return refuse();
  const auto is_right = accounts::verify_password(data->password_hash, password);
  if (!is_right) return is_right.error();
  if (!*is_right) return wrong_credentials();
  Checked checked{data->password_hash, std::nullopt};
  if (accounts::is_outdated(data->password_hash)) {
    auto hash = accounts::hash_password(password);
    // Signing in works without it, and the next time will do.
    if (hash) checked.better_hash = std::move(*hash);
  }
  return checked;
}

Result<SignInCommands::NewSession> SignInCommands::start(const std::string& username,
                                                         const Client& client,
                                                         const Checked& checked) {
  std::string id = accounts::make_session_id();
  const auto& keys = executor_.site().keys;
  auto commit =
      executor_.run({actor_of(username), {}}, {}, [&](const Views& views) -> Result<Decision> {
        const auto user = views.user(username);
        if (!is_known(user)) return wrong_credentials();
        auto data = open_personal_data(keys, *user);
        if (!data) return data.error();
        if (data->password_hash != checked.hash) {
          return Error{ErrorCode::conflict, "the password has just been changed", {}};
        }
        Decision decision{"LogIn", {Stream::of_user(username)}, {}};
        if (checked.better_hash) {
          data->password_hash = *checked.better_hash;
          auto replaced = replace_personal_data(keys, username, *data);
          if (!replaced) return replaced.error();
          decision.events.push_back(std::move(*replaced));
        }
        auto started = decide_session(executor_.site(), username, id, client);
        if (!started) return started.error();
        decision.events.push_back(std::move(*started));
        return decision;
      });
  if (!commit) return commit.error();
  return NewSession{std::move(id), username, std::move(*commit)};
}

Result<SignInCommands::NewSession> SignInCommands::sign_up(const AddUser& command,
                                                           const Client& client) {
  CODELOG_CHECK(command.password && !command.is_admin, "somebody signs up as an ordinary user");
  if (executor_.site().projections.views().access().is_site_restricted) {
    return Error{ErrorCode::forbidden,
                 "this site is only for its users: ask its administrators for an account",
                 {}};
  }
  if (const auto good = check_identity(command); !good) return good.error();
  if (auto weakness =
          accounts::weakness_of(*command.password, command.username, command.name, command.email)) {
    return weak_password("password", std::move(*weakness));
  }
  if (const auto good = check_password(*command.password); !good) return good.error();
  // Before the costly hash; the decision checks it again.
  const auto& site = executor_.site();
  if (const auto free = check_identity_free(site.projections.views(), site.keys, command); !free) {
    return free.error();
  }
  const auto hash = accounts::hash_password(*command.password);
  if (!hash) return hash.error();
  std::string id = accounts::make_session_id();
  auto commit = executor_.run(
      {actor_of(command.username), {}}, {}, [&](const Views& views) -> Result<Decision> {
        auto added = decide_new_user(views, executor_.site().keys, command, *hash);
        if (!added) return added.error();
        auto started = decide_session(executor_.site(), command.username, id, client);
        if (!started) return started.error();
        return Decision{"SignUp",
                        streams_of_new_user(command.username),
                        {std::move(*added), std::move(*started)}};
      });
  if (!commit) return commit.error();
  return NewSession{std::move(id), command.username, std::move(*commit)};
}

Result<Commit> SignInCommands::change_own(
    const Write& write, const char* command,
    const std::function<
        Result<std::vector<events::Event>>(const Views&, const projections::UserRecord&)>& change) {
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    const auto user = views.user(write.actor.username);
    if (!is_known(user)) return no_user(write.actor.username);
    auto made = change(views, *user);
    if (!made) return made.error();
    return Decision{command, {Stream::of_user(user->username)}, std::move(*made)};
  });
}

Result<Commit> SignInCommands::end_session(const Write& write, const base::Sha256& session,
                                           events::SessionEnd cause) {
  return change_own(
      write, cause == events::SessionEnd::logged_out ? "LogOut" : "RevokeSession",
      [&](const Views&, const auto& user) -> Result<std::vector<events::Event>> {
        if (std::ranges::find(user.sessions, session, &projections::SessionRecord::digest) ==
            user.sessions.end()) {
          return Error{ErrorCode::not_found, "this session has ended already", {}};
        }
        return std::vector<events::Event>{events::SessionsEnded{user.username, {session}, cause}};
      });
}

Result<Commit> SignInCommands::end_sessions_except(const Write& write,
                                                   const std::optional<base::Sha256>& kept) {
  return change_own(write, "RevokeSessions",
                    [&](const Views&, const auto& user) -> Result<std::vector<events::Event>> {
                      std::vector<events::Event> all;
                      add_end_of_sessions(user, events::SessionEnd::revoked, all, kept);
                      return all;
                    });
}

Result<Commit> SignInCommands::change_password(const Write& write, const ChangePassword& command) {
  const auto& keys = executor_.site().keys;
  const auto user = executor_.site().projections.views().user(write.actor.username);
  if (!is_known(user)) return no_user(write.actor.username);
  const auto data = open_personal_data(keys, *user);
  if (!data) return data.error();
  const auto is_right = accounts::verify_password(
      data->password_hash, command.before.substr(0, accounts::password_bytes_max));
  if (!is_right) return is_right.error();
  if (!*is_right) {
    return weak_password("old_password",
                         "Your old password was entered incorrectly. Please enter it again.");
  }
  if (auto weakness =
          accounts::weakness_of(command.after, user->username, data->name, data->email)) {
    return weak_password("password", std::move(*weakness));
  }
  if (const auto good = check_password(command.after); !good) return good.error();
  const auto hash = accounts::hash_password(command.after);
  if (!hash) return hash.error();
  return change_own(
      write, "ChangePassword",
      [&](const Views&, const auto& now) -> Result<std::vector<events::Event>> {
        auto current = open_personal_data(keys, now);
        if (!current) return current.error();
        if (current->password_hash != data->password_hash) {
          return Error{ErrorCode::conflict, "the password has just been changed elsewhere", {}};
        }
        current->password_hash = *hash;
        auto replaced = replace_personal_data(keys, now.username, *current);
        if (!replaced) return replaced.error();
        std::vector<events::Event> all = {std::move(*replaced)};
        add_end_of_sessions(now, events::SessionEnd::password_changed, all, command.kept_session);
        return all;
      });
}

Result<Commit> SignInCommands::reset_password(const std::string& username,
                                              const std::string& proved_hash,
                                              const std::string& password) {
  const auto& keys = executor_.site().keys;
  const auto user = executor_.site().projections.views().user(username);
  if (!is_known(user)) return no_user(username);
  const auto data = open_personal_data(keys, *user);
  if (!data) return data.error();
  if (auto weakness = accounts::weakness_of(password, username, data->name, data->email)) {
    return weak_password("password", std::move(*weakness));
  }
  if (const auto good = check_password(password); !good) return good.error();
  const auto hash = accounts::hash_password(password);
  if (!hash) return hash.error();
  return change_own({actor_of(username), {}}, "ResetPassword",
                    [&](const Views&, const auto& now) -> Result<std::vector<events::Event>> {
                      auto current = open_personal_data(keys, now);
                      if (!current) return current.error();
                      if (current->password_hash != proved_hash) {
                        return Error{ErrorCode::conflict, "this link has been used already", {}};
                      }
                      current->password_hash = *hash;
                      auto replaced = replace_personal_data(keys, username, *current);
                      if (!replaced) return replaced.error();
                      std::vector<events::Event> all = {std::move(*replaced)};
                      add_end_of_sessions(now, events::SessionEnd::password_changed, all);
                      return all;
                    });
}

Result<Commit> SignInCommands::change_name(const Write& write, const std::string& name) {
  if (const auto line = check_line("name", name, name_characters_max); !line) return line.error();
  const auto& keys = executor_.site().keys;
  return change_own(write, "ChangeName",
                    [&](const Views&, const auto& user) -> Result<std::vector<events::Event>> {
                      auto data = open_personal_data(keys, user);
                      if (!data) return data.error();
                      if (data->name == name) return std::vector<events::Event>{};
                      data->name = name;
                      auto replaced = replace_personal_data(keys, user.username, *data);
                      if (!replaced) return replaced.error();
                      return std::vector<events::Event>{std::move(*replaced)};
                    });
}

Result<Commit> SignInCommands::change_email(const Write& write, const std::string& email) {
  if (const auto good = check_email(email); !good) return good.error();
  const auto& keys = executor_.site().keys;
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    const auto user = views.user(write.actor.username);
    if (!is_known(user)) return no_user(write.actor.username);
    if (const auto free = check_email_free(views, keys, email, user->username); !free) {
      return free.error();
    }
    auto data = open_personal_data(keys, *user);
    if (!data) return data.error();
    Decision decision{"ChangeEmail", streams_of_new_user(user->username), {}};
    if (data->email == email) return decision;
    data->email = email;
    auto replaced = replace_personal_data(keys, user->username, *data);
    if (!replaced) return replaced.error();
    decision.events.push_back(std::move(*replaced));
    return decision;
  });
}

Result<SignInCommands::NewToken> SignInCommands::add_token(const Write& write,
                                                           const AddToken& command) {
  if (const auto line = check_line("name", command.name, 100); !line) return line.error();
  if (command.expires_at && *command.expires_at <= executor_.site().clock.now()) {
    return base::field_error(ErrorCode::invalid, "expires_at", "must be in the future");
  }
  std::string token = accounts::make_token();
  auto commit = change_own(
      write, "AddToken", [&](const Views&, const auto& user) -> Result<std::vector<events::Event>> {
        if (user.tokens.size() >= tokens_max) {
          return Error{ErrorCode::conflict,
                       "you have " + std::to_string(tokens_max) +
                           " tokens already: revoke those that you no longer use",
                       {}};
        }
        return std::vector<events::Event>{
            events::TokenAdded{user.username, accounts::digest_token(token), command.name,
                               command.scope, command.expires_at}};
      });
  if (!commit) return commit.error();
  return NewToken{std::move(token), std::move(*commit)};
}

Result<Commit> SignInCommands::revoke_token(const Write& write, const base::Sha256& token) {
  return change_own(
      write, "RevokeToken",
      [&](const Views&, const auto& user) -> Result<std::vector<events::Event>> {
        if (std::ranges::find(user.tokens, token, &projections::TokenRecord::digest) ==
            user.tokens.end()) {
          return Error{ErrorCode::not_found, "there is no such token", {}};
        }
        return std::vector<events::Event>{events::TokenRevoked{user.username, token}};
      });
}

}  // namespace codelog::commands
