// Users, organisations, memberships and tokens, as administrators and operators change them. What
// people do with their own accounts: sign_in_commands.h.
#pragma once

#include <optional>
#include <string>

#include "server/commands/account_rules.h"
#include "server/commands/executor.h"

namespace codelog::commands {

struct AddOrganisation {
  std::string slug;
  std::string name;
  std::string url;
};

// A field that is not given stays.
struct ChangeUser {
  std::optional<std::string> name;
  std::optional<std::string> email;
  std::optional<bool> is_admin;
  std::optional<std::string>
      organisation;  // slug; makes the user its administrator, if not a member
};

class AccountCommands {
 public:
  explicit AccountCommands(Executor& executor) : executor_(executor) {}

  Result<Commit> add_user(const Write& write, const AddUser& command);
  // Makes a new token, which replaces any earlier one. Only the caller has it.
  struct NewToken {
    std::string token;
    Commit commit;
  };
  Result<NewToken> set_token(const Write& write, const std::string& username);
  // Ends the user's sessions, as deactivation does.
  Result<Commit> set_password(const Write& write, const std::string& username,
                              const std::string& password);
  // One commit; without any change, none. Errors: invalid or conflict, naming the field; not_found.
  Result<Commit> change_details(const Write& write, const std::string& username,
                                const ChangeUser& command);
  // Records that an administrator has made a link with which the user sets a password.
  Result<Commit> note_reset_link(const Write& write, const std::string& username);
  Result<Commit> set_active(const Write& write, const std::string& username, bool is_active);
  // Records the erasure, then destroys the key. After a crash in between, erase again.
  Result<Commit> erase_user(const Write& write, const std::string& username);
  Result<Commit> add_organisation(const Write& write, const AddOrganisation& command);
  // Name and URL of the organisation with this slug.
  Result<Commit> change_organisation(const Write& write, const AddOrganisation& details);
  // Errors: conflict, if the user is a member and must not be one yet, or the other way round.
  enum class Membership : std::uint8_t { any, must_exist, must_be_new };
  Result<Commit> set_member(const Write& write, const std::string& organisation,
                            const std::string& username, bool is_admin,
                            Membership before = Membership::any);
  Result<Commit> remove_member(const Write& write, const std::string& organisation,
                               const std::string& username);

 private:
  Result<Commit> change_user(
      const Write& write, const std::string& username, std::string command,
      const std::function<Result<std::vector<events::Event>>(const projections::UserRecord&)>&
          change);

  Executor& executor_;
};

}  // namespace codelog::commands
