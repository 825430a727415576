#include "server/commands/account_rules.h"

#include <nlohmann/json.hpp>

#include "events/base/text.h"
#include "server/accounts/passwords.h"
#include "server/commands/validation.h"
#include "server/mail/message.h"

namespace codelog::commands {
namespace {

constexpr std::size_t password_bytes_min = 8;
constexpr std::size_t user_agent_bytes_max = 250;

Error taken(std::string field, std::string detail) {
  Error error{ErrorCode::conflict, detail, {}};
  error.fields.push_back({std::move(field), std::move(detail)});
  return error;
}

base::Timestamp after(base::Timestamp time, std::chrono::microseconds duration) {
  return {time.unix_us + duration.count()};
}

Error key_problem(const std::string& username, const Error& error) {
  if (error.code != ErrorCode::not_found) return error;
  return {ErrorCode::corrupt,
          "the key of user " + username +
              " is missing, though the user has not been erased: put it back from a backup of the "
              "keys",
          {}};
}

}  // namespace

Result<void> check_password(const std::string& password) {
  if (password.size() >= password_bytes_min && password.size() <= accounts::password_bytes_max)
    return {};
  return base::field_error(ErrorCode::invalid, "password",
                           "must have " + std::to_string(password_bytes_min) + " to " +
                               std::to_string(accounts::password_bytes_max) + " bytes");
}

Result<void> check_email(const std::string& email) {
  if (const auto line = check_line("email", email, 255); !line) return line;
  if (mail::is_address(email)) return {};
  return base::field_error(ErrorCode::invalid, "email", "must be an e-mail address");
}

Result<void> check_identity(const AddUser& command) {
  if (auto slug = check_slug("username", command.username, account_name_characters_max); !slug) {
    return slug;
  }
  if (auto name = check_line("name", command.name, name_characters_max); !name) return name;
  return check_email(command.email);
}

Result<void> check_new_user(const AddUser& command) {
  if (auto identity = check_identity(command); !identity) return identity;
  if (command.password) return check_password(*command.password);
  return {};
}

Result<void> check_email_free(const Views& views, const accounts::KeyRing& keys,
                              const std::string& email, const std::string& except) {
  const std::string folded = base::ascii_lower(email);
  for (const projections::UserRecord& user : views.users()) {
    if (user.is_erased || user.username == except) continue;
    const auto data = accounts::open_sealed(keys, user.username, user.personal);
    if (!data) {
      return Error{ErrorCode::conflict,
                   "it is not known whether this e-mail address is free: " + data.error().detail +
                       "; restore the key of " + user.username + ", or erase that user",
                   {}};
    }
    if (base::ascii_lower(data->email) == folded) {
      return taken("email", "A user with this email address already exists.");
    }
  }
  return {};
}

Result<void> check_identity_free(const Views& views, const accounts::KeyRing& keys,
                                 const AddUser& command) {
  const std::string folded = base::ascii_lower(command.username);
  for (const projections::UserRecord& user : views.users()) {
    if (base::ascii_lower(user.username) == folded) {
      return taken("username", "A user with this username already exists.");
    }
  }
  return check_email_free(views, keys, command.email);
}

Result<events::Event> decide_new_user(const Views& views, accounts::KeyRing& keys,
                                      const AddUser& command, const std::string& password_hash) {
  if (const auto free = check_identity_free(views, keys, command); !free) return free.error();
  // The key is durable before the commit that needs it. A key left by a failed attempt is used
  // again.
  if (const auto key = keys.make_key(command.username); !key) return key.error();
  auto sealed =
      accounts::seal(keys, command.username, {command.name, command.email, password_hash});
  if (!sealed) return sealed.error();
  return events::Event(events::UserAdded{command.username, std::move(*sealed), command.is_admin});
}

std::vector<Stream> streams_of_new_user(const std::string& username) {
  return {Stream::of_accounts(), Stream::of_user(username)};
}

Error no_user(const std::string& username) {
  return {ErrorCode::not_found, "there is no user " + username, {}};
}

Result<accounts::PersonalData> open_personal_data(const accounts::KeyRing& keys,
                                                  const projections::UserRecord& user) {
  auto data = accounts::open_sealed(keys, user.username, user.personal);
  if (!data) return key_problem(user.username, data.error());
  return data;
}

Result<events::Event> replace_personal_data(const accounts::KeyRing& keys,
                                            const std::string& username,
                                            const accounts::PersonalData& data) {
  auto sealed = accounts::seal(keys, username, data);
  if (!sealed) return sealed.error();
  return events::Event(events::UserPersonalDataChanged{username, std::move(*sealed)});
}

Result<events::Event> decide_session(const Site& site, const std::string& username,
                                     const std::string& id, const Client& client) {
  const nlohmann::json seen = {
      {"address", client.address},
      {"user_agent", base::utf8_prefix(client.user_agent, user_agent_bytes_max)}};
  const std::string text = seen.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  auto sealed = site.keys.seal(username, text);
  if (!sealed) return sealed.error();
  const base::Timestamp expires_at = after(site.clock.now(), session_lifetime);
  return events::Event(events::SessionStarted{username, accounts::digest_session_id(id), expires_at,
                                              std::move(*sealed)});
}

void add_end_of_sessions(const projections::UserRecord& user, events::SessionEnd cause,
                         std::vector<events::Event>& all, const std::optional<base::Sha256>& kept) {
  events::SessionsEnded ended{user.username, {}, cause};
  for (const projections::SessionRecord& session : user.sessions) {
    if (session.digest != kept) ended.sessions.push_back(session.digest);
  }
  if (!ended.sessions.empty()) all.emplace_back(std::move(ended));
}

}  // namespace codelog::commands
