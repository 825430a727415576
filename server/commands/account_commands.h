// Users, organisations, memberships and tokens: the operators' tasks at the command line today.
#pragma once

#include <string>

#include "server/commands/executor.h"

namespace codelog::commands {

struct AddUser {
  std::string username;
  std::string name;
  std::string email;
  std::optional<std::string> password;
  bool is_admin = false;
};

struct AddOrganisation {
  std::string slug;
  std::string name;
  std::string url;
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
  Result<Commit> set_password(const Write& write, const std::string& username,
                              const std::string& password);
  Result<Commit> set_active(const Write& write, const std::string& username, bool is_active);
  // Records the erasure, then destroys the key. After a crash in between, erase again.
  Result<Commit> erase_user(const Write& write, const std::string& username);
  Result<Commit> add_organisation(const Write& write, const AddOrganisation& command);
  Result<Commit> set_member(const Write& write, const std::string& organisation,
                            const std::string& username, bool is_admin);
  Result<Commit> remove_member(const Write& write, const std::string& organisation,
                               const std::string& username);

 private:
  Result<void> check_email_free(const Views& views, const std::string& email) const;
  Result<Commit> change_user(
      const Write& write, const std::string& username, std::string command,
      const std::function<Result<events::Event>(const projections::UserRecord&)>& change);

  Executor& executor_;
};

}  // namespace codelog::commands
