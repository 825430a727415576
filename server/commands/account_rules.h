// The rules for accounts that several commands share.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "server/accounts/personal_data.h"
#include "server/commands/executor.h"

namespace codelog::commands {

inline constexpr std::size_t account_name_characters_max = 50;

struct AddUser {
  std::string username;
  std::string name;
  std::string email;
  std::optional<std::string> password;
  bool is_admin = false;
};

inline constexpr std::chrono::hours session_lifetime{14 * 24};  // as in OpenCodelists

// Where a session comes from, for the list of their sessions that people see.
struct Client {
  std::string address;
  std::string user_agent;
};

struct NewSession {
  std::string id;  // of the cookie; only its digest is stored
  std::string username;
  Commit commit;
};

// Checks the form alone.
Result<void> check_email(const std::string& email);
Result<void> check_password(const std::string& password);
// Without the password.
Result<void> check_identity(const AddUser& command);
Result<void> check_new_user(const AddUser& command);
// Errors: conflict, naming the field (the username or the address is taken).
Result<void> check_identity_free(const Views& views, const accounts::KeyRing& keys,
                                 const AddUser& command);

// Usernames and addresses are unique, ignoring the case of ASCII letters. Opens the data of all
// users, because nothing else knows their addresses. `except` is the user whose address it may be.
// Errors: conflict.
Result<void> check_email_free(const Views& views, const accounts::KeyRing& keys,
                              const std::string& email, const std::string& except = {});

// The event that adds the user, whose key is then durable. Errors: conflict (the username or the
// address is taken).
Result<events::Event> decide_new_user(const Views& views, accounts::KeyRing& keys,
                                      const AddUser& command, const std::string& password_hash);
// New accounts take turns: usernames and addresses must be unique.
std::vector<Stream> streams_of_new_user(const std::string& username);

Error no_user(const std::string& username);
// The personal data of a user who exists and has not been erased. Errors: corrupt (the key is
// missing or damaged), io.
Result<accounts::PersonalData> open_personal_data(const accounts::KeyRing& keys,
                                                  const projections::UserRecord& user);
// The event that replaces them. Errors: as KeyRing::seal.
Result<events::Event> replace_personal_data(const accounts::KeyRing& keys,
                                            const std::string& username,
                                            const accounts::PersonalData& data);

// The event that begins a session with this id. Errors: as KeyRing::seal.
Result<events::Event> decide_session(const Site& site, const std::string& username,
                                     const std::string& id, const Client& client);
// Adds the event that ends the user's sessions, except `kept`, if there are any.
void add_end_of_sessions(const projections::UserRecord& user, events::SessionEnd cause,
                         std::vector<events::Event>& all,
                         const std::optional<base::Sha256>& kept = {});

}  // namespace codelog::commands
