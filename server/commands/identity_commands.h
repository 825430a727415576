// The commands for signing in through an issuer of OpenID Connect: people prove there who they are,
// and the site knows which of its users that is.
//
// A link between a user and a person at an issuer is made by that user, signed in, or together with
// a new account; never because e-mail addresses are equal. The callers have proved the identity
// (server/oidc). It is sealed in the log like other personal data, so that finding its user opens
// the data of all users with a link to the issuer.
#pragma once

#include <optional>
#include <string>

#include "server/commands/account_rules.h"
#include "server/commands/executor.h"

namespace codelog::commands {

// A person as the issuer names them, for ever.
struct Identity {
  std::string issuer;   // its URL
  std::string subject;  // unique at the issuer
};

// The user who has this link. Users whose key is lost or damaged are not found.
std::optional<projections::UserRecord> find_user_by_identity(const Views& views,
                                                             const accounts::KeyRing& keys,
                                                             const Identity& identity);

class IdentityCommands {
 public:
  explicit IdentityCommands(Executor& executor) : executor_(executor) {}

  // Errors: not_found (no user has this link), unauthenticated (the user has been deactivated).
  Result<NewSession> log_in(const Identity& identity, const Client& client);
  // Adds a user without a password, who is then signed in. Errors: invalid or conflict, naming the
  // field; conflict (another user has this link).
  Result<NewSession> sign_up(const AddUser& command, const Identity& identity,
                             const Client& client);
  // Links the actor. Errors: conflict (another user has this link, or the actor has another one to
  // the issuer).
  Result<Commit> link(const Write& write, const Identity& identity);
  // Ends the actor's link to the issuer. Errors: not_found; conflict (without a password, the actor
  // might not be able to sign in again).
  Result<Commit> unlink(const Write& write, const std::string& issuer);

 private:
  Executor& executor_;
};

}  // namespace codelog::commands
