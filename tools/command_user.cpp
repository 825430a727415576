#include <termios.h>
#include <unistd.h>

#include <iostream>
#include <memory>

#include "tools/command.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

struct UserOptions {
  CommonOptions common;
  std::string username;
  std::string name;
  std::string email;
  bool is_admin = false;
  bool password_stdin = false;
};

// Hides typed characters while the object lives.
class HiddenTyping {
 public:
  HiddenTyping() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0;
  }
  HiddenTyping(const HiddenTyping&) = delete;
  HiddenTyping& operator=(const HiddenTyping&) = delete;
  ~HiddenTyping() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::cerr << "\n";
  }

 private:
  termios before_{};
  bool changed_ = false;
};

std::string read_hidden_line(const char* prompt) {
  std::cerr << prompt << std::flush;
  const HiddenTyping hidden;
  std::string line;
  std::getline(std::cin, line);
  return line;
}

// On a terminal, asks twice; otherwise reads the first line of standard input.
Result<std::string> read_password() {
  if (::isatty(STDIN_FILENO) == 1) {
    std::string password = read_hidden_line("New password: ");
    if (read_hidden_line("The same again: ") == password) return password;
    return Error{ErrorCode::invalid, "the two passwords differ", {}};
  }
  std::string line;
  if (std::getline(std::cin, line)) return line;
  return Error{ErrorCode::invalid, "there is no password on standard input", {}};
}

int add_user(const UserOptions& options) {
  Json arguments = {{"username", options.username},
                    {"name", options.name},
                    {"email", options.email},
                    {"is_admin", options.is_admin}};
  if (options.password_stdin) {
    const auto password = read_password();
    if (!password) return refuse(password.error(), options.common);
    arguments["password"] = *password;
  }
  return finish(run_operation(options.common, "user.add", arguments), options.common,
                [&](const Json&) { return "added user " + options.username + "\n"; });
}

int set_password(const UserOptions& options) {
  const auto password = read_password();
  if (!password) return refuse(password.error(), options.common);
  const Json arguments = {{"username", options.username}, {"password", *password}};
  return finish(run_operation(options.common, "user.password", arguments), options.common,
                [&](const Json&) { return "changed the password of " + options.username + "\n"; });
}

int make_token(const UserOptions& options) {
  const Json arguments = {{"username", options.username}};
  return finish(run_operation(options.common, "user.token", arguments), options.common,
                [](const Json& outcome) { return outcome.value("token", "") + "\n"; });
}

int deactivate(const UserOptions& options) {
  const Json arguments = {{"username", options.username}};
  return finish(run_operation(options.common, "user.deactivate", arguments), options.common,
                [&](const Json&) { return options.username + " can no longer sign in\n"; });
}

int erase(const UserOptions& options) {
  const Json arguments = {{"username", options.username}};
  return finish(run_operation(options.common, "user.erase", arguments), options.common,
                [&](const Json&) {
                  return "erased " + options.username + ": the key to their data is destroyed\n";
                });
}

constexpr CommandText add_text = {
    "add", "Add a user.",
    "codelog user add alice --name \"Alice Adams\" --email alice@example.org --admin\n"
    "codelog user add bob --name \"Bob Brown\" --email bob@example.org --password-stdin < secret"};
constexpr CommandText token_text = {
    "token",
    "Make a new API token, which replaces any earlier one. Prints only the token, which is shown "
    "once and never stored.",
    "token=$(codelog user token alice)\n"
    "curl -H \"Authorization: Token $token\" http://127.0.0.1:7000/api/v2/releases"};
constexpr CommandText password_text = {
    "password",
    "Set a password: typed on a terminal, or read from the first line of standard input.",
    "codelog user password alice\ncodelog user password alice < secret"};
constexpr CommandText deactivate_text = {
    "deactivate", "Refuse a user's password and token from now on. Their work stays.",
    "codelog user deactivate bob"};
constexpr CommandText erase_text = {
    "erase",
    "Erase a person: destroy the key to their name, e-mail address and password hash. History "
    "and its proofs stay, but nobody can read these data again. Delete backups of DIR/keys too.",
    "codelog user erase bob"};

using UserAction = int (*)(const UserOptions&);

struct UserCommand {
  Command command;
  UserOptions& options;
};

UserCommand add_user_command(Command group, const CommandText& text, UserAction action) {
  Command command = group.add_command(text);
  // The parser fills the options; the action reads them.
  auto options = std::make_shared<UserOptions>();
  command.add_option("NAME", options->username, "The username").required();
  add_data_options(command, options->common);
  add_json_option(command, options->common);
  command.set_action([options, action] { return action(*options); });
  return {command, *options};
}

}  // namespace

void add_user_commands(Command program) {
  Command group = program.add_group({"user", "People and programs that may sign in.",
                                     "codelog user add alice --name \"Alice Adams\" --email "
                                     "alice@example.org\ncodelog user token alice"});
  UserCommand add = add_user_command(group, add_text, add_user);
  add.command.add_option("--name", add.options.name, "Their name").required().type_name("NAME");
  add.command.add_option("--email", add.options.email, "Their e-mail address")
      .required()
      .type_name("EMAIL");
  add.command.add_flag("--admin", add.options.is_admin, "They may do everything on the site");
  add.command.add_flag("--password-stdin", add.options.password_stdin,
                       "Read a password from standard input; without it, the user has no password");
  add_user_command(group, token_text, make_token);
  add_user_command(group, password_text, set_password);
  add_user_command(group, deactivate_text, deactivate);
  add_user_command(group, erase_text, erase);
  add_user_upkeep_commands(group);
}

}  // namespace codelog::tools
