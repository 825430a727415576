// Signing in and out as pages do it: the commands, with a throttle for guesses and links in mails.
// Safe from any thread.
//
// Links in mails hold no state: a link is signed with the site's secret over what it changes, so
// it ends by itself when that has changed (a password's link works once), and after three days.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "server/commands/sign_in_commands.h"
#include "server/http/request.h"
#include "server/identity/login_throttle.h"
#include "server/mail/mailer.h"

namespace codelog::identity {

using base::Result;

// The client of a request, for the list of a user's sessions.
commands::Client client_of(const http::Request& request);

class SignIn {
 public:
  using NewSession = commands::SignInCommands::NewSession;

  // `base_urls` are the site's addresses; links in mails begin with the first. Without a mailer,
  // mails are not sent. The arguments outlive this object.
  SignIn(commands::Executor& executor, const std::vector<std::string>& base_urls,
         mail::Mailer* mailer);

  commands::SignInCommands& commands() { return commands_; }

  // The functions with a request fail with too_many when its client has made too many attempts, and
  // set `wait`, which is otherwise zero.

  // Errors: as SignInCommands::log_in; too_many.
  Result<NewSession> log_in(const http::Request& request, const std::string& username,
                            const std::string& password, std::chrono::seconds& wait);
  // Errors: as SignInCommands::sign_up; too_many.
  Result<NewSession> sign_up(const http::Request& request, const commands::AddUser& command,
                             std::chrono::seconds& wait);
  // Errors: as SignInCommands::change_password; too_many (the old password may be a guess).
  Result<commands::Commit> change_password(const http::Request& request,
                                           const commands::Write& write,
                                           const commands::SignInCommands::ChangePassword& command,
                                           std::chrono::seconds& wait);

  // Sends a link to each active user with a password or an issuer and this address, ignoring case;
  // takes as long if there is none. Nobody gets more than a few in an hour. Errors: too_many.
  Result<void> send_reset_links(const http::Request& request, const std::string& email,
                                std::chrono::seconds& wait);
  // Such a link, for an administrator to pass on: nothing is sent. Errors: not_found, conflict (the
  // user is not active), corrupt.
  Result<std::string> make_reset_link(const std::string& username) const;
  // The link's two parts. Nothing if the link does not hold, or no longer.
  struct Reset {
    std::string username;
    std::string password_hash;
  };
  std::optional<Reset> open_reset_link(const std::string& user, const std::string& token) const;

  // Sends a link to the new address, which confirms that it is the user's. Errors: invalid,
  // conflict, as SignInCommands::change_email; too_many.
  Result<void> send_email_link(const http::Request& request, const std::string& username,
                               const std::string& email, std::chrono::seconds& wait);
  struct EmailChange {
    std::string username;
    std::string email;
  };
  std::optional<EmailChange> open_email_link(const std::string& user,
                                             const std::string& token) const;

  // True if cookies must travel over TLS only.
  bool is_secure() const;

 private:
  std::string link(const std::string& path) const;
  std::string reset_link(const projections::UserRecord& user,
                         const accounts::PersonalData& data) const;
  std::string reset_token(const projections::UserRecord& user, const accounts::PersonalData& data,
                          std::int64_t time_s) const;
  std::string email_token(const std::string& username, const accounts::PersonalData& current,
                          const std::string& wanted, std::int64_t time_s) const;
  static Result<void> try_now(LoginThrottle& throttle, const std::string& account,
                              const http::Request& request, std::chrono::seconds& wait);
  std::int64_t now_s() const;

  commands::Executor& executor_;
  commands::SignInCommands commands_;
  const std::vector<std::string>& base_urls_;
  mail::Mailer* const mailer_;
  LoginThrottle throttle_;
  LoginThrottle new_accounts_;
  LoginThrottle mails_;
};

}  // namespace codelog::identity
