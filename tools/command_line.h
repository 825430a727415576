// The command line of the program: its commands, their options and their help. Only
// command_line.cpp includes the library that parses (CLI11): its headers cost every file that
// includes them seven seconds of compiling.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace codelog::tools {

inline constexpr int exit_done = 0;
inline constexpr int exit_refused = 1;
inline constexpr int exit_usage = 2;

// Run after the whole line has been parsed; returns the exit code.
using Action = std::function<int()>;

// Returns what is wrong with a word, or "" if it is right; may bring the word into another form.
using CheckWord = std::function<std::string(std::string& word)>;

// One option, or one argument without a name. A handle, valid as long as its CommandLine.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  Option& required();
  Option& type_name(const char* name);        // for the help: "COUNT"
  Option& show_default();                     // in the help: the value before parsing
  Option& environment(const char* variable);  // the value if the line has none
  Option& between(int least, int most);
  Option& between(double least, double most);
  Option& positive();
  Option& one_of(const std::vector<std::string>& words);
  Option& existing_file();
  Option& existing_folder();
  Option& check(CheckWord check_word);
  Option& excludes(const Option& other);

  bool is_given() const;  // after parsing

 private:
  CLI::Option* option_;
};

struct CommandText {
  const char* name;
  const char* description;
  const char* examples;  // one in each line
};

// One command. A handle, valid as long as its CommandLine.
class Command {
 public:
  Command(CLI::App& app, Action& chosen) : app_(&app), chosen_(&chosen) {}

  Command add_command(const CommandText& text);
  // A command that only contains other commands.
  Command add_group(const CommandText& text);

  // Parsing assigns to `value`, which must live until then. A name without "--" is an argument.
  Option add_option(const char* name, std::string& value, const std::string& help);
  Option add_option(const char* name, std::vector<std::string>& value, const std::string& help);
  Option add_option(const char* name, int& value, const std::string& help);
  Option add_option(const char* name, std::uint32_t& value, const std::string& help);
  Option add_option(const char* name, std::uint64_t& value, const std::string& help);
  Option add_option(const char* name, double& value, const std::string& help);
  Option add_flag(const char* name, bool& value, const std::string& help);

  // The work of the command.
  void set_action(Action action);

  std::string name() const;
  std::vector<Command> commands() const;
  std::vector<std::string> option_names() const;  // "--json"

 private:
  CLI::App* app_;
  Action* chosen_;
};

class CommandLine {
 public:
  // `version`: what --version prints.
  CommandLine(const CommandText& program, const std::string& notes, const std::string& version);
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;
  ~CommandLine();

  // Add the commands to this one.
  Command program();

  struct Parsed {
    Action action;  // empty if there is nothing to run: the line asks for help, or is wrong
    int exit_code = exit_done;  // of a line with nothing to run
  };
  // Prints the help that the line asks for, or what is wrong with it.
  Parsed parse(int argc, const char* const* argv);

 private:
  Action chosen_;
  std::unique_ptr<CLI::App> app_;
};

}  // namespace codelog::tools
