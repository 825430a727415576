// The commands with which people manage their own accounts: sign up, sign in and out, passwords,
// details, API tokens.
//
// Sessions and tokens are events; their last use, and failed sign-ins, are not: a read would become
// a write, and a stranger could fill the log. Checking a password takes tens of milliseconds, which
// every function does before its turn.
#pragma once

#include <optional>
#include <string>

#include "server/commands/account_rules.h"
#include "server/commands/executor.h"

namespace codelog::commands {

inline constexpr std::size_t tokens_max = 50;  // of a user

class SignInCommands {
 public:
  explicit SignInCommands(Executor& executor) : executor_(executor) {}

  using NewSession = commands::NewSession;
  // Takes equally long for unknown users, inactive ones, and wrong passwords. Replaces the hash of
  // an older kind. Errors: unauthenticated, in OpenCodelists' words; unavailable (too many
  // passwords are being checked).
  Result<NewSession> log_in(const std::string& username, const std::string& password,
                            const Client& client);
  // Adds the user, who is then signed in. Errors: as of a form, by field.
  Result<NewSession> sign_up(const AddUser& command, const Client& client);

  // Ends one of the actor's sessions. Errors: not_found.
  Result<Commit> end_session(const Write& write, const base::Sha256& session,
                             events::SessionEnd cause);
  Result<Commit> end_sessions_except(const Write& write, const std::optional<base::Sha256>& kept);

  // Ends all other sessions. Errors: invalid, by field.
  struct ChangePassword {
    std::string before;
    std::string after;
    std::optional<base::Sha256> kept_session;
  };
  Result<Commit> change_password(const Write& write, const ChangePassword& command);
  // For somebody who has shown that they read the user's mail: `proved_hash` is the password hash
  // that the proof was made for. Ends all sessions. Errors: invalid, conflict (it has changed).
  Result<Commit> reset_password(const std::string& username, const std::string& proved_hash,
                                const std::string& password);
  // Errors: invalid, conflict, by field.
  Result<Commit> change_name(const Write& write, const std::string& name);
  Result<Commit> change_email(const Write& write, const std::string& email);

  struct AddToken {
    std::string name;
    events::TokenScope scope = events::TokenScope::write;
    std::optional<base::Timestamp> expires_at;
  };
  struct NewToken {
    std::string token;  // shown once
    Commit commit;
  };
  Result<NewToken> add_token(const Write& write, const AddToken& command);
  // Errors: not_found.
  Result<Commit> revoke_token(const Write& write, const base::Sha256& token);

 private:
  // The password hash that a password was checked with, and the one to be stored in its place.
  struct Checked {
    std::string hash;
    std::optional<std::string> better_hash;
  };
  Result<Checked> check(const std::string& username, const std::string& password) const;
  // Errors: conflict (the hash has changed since the check), besides those of log_in.
  Result<NewSession> start(const std::string& username, const Client& client,
                           const Checked& checked);
  Result<Commit> change_own(const Write& write, const char* command,
                            const std::function<Result<std::vector<events::Event>>(
                                const Views&, const projections::UserRecord&)>& change);

  Executor& executor_;
};

}  // namespace codelog::commands
