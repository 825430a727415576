#include "tools/command_line.h"

#include <CLI/CLI.hpp>
#include <string_view>
#include <utility>

namespace codelog::tools {
namespace {

// "Examples:" and the lines, indented.
std::string examples_of(const CommandText& text) {
  std::string out = "Examples:\n";
  std::string_view rest = text.examples;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    out += "  " + std::string(rest.substr(0, end)) + "\n";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

}  // namespace

Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::type_name(const char* name) {
  option_->type_name(name);
  return *this;
}

Option& Option::show_default() {
  option_->capture_default_str();
  return *this;
}

Option& Option::environment(const char* variable) {
  option_->envname(variable);
  return *this;
}

Option& Option::between(int least, int most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

Option& Option::between(double least, double most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

Option& Option::positive() {
  option_->check(CLI::PositiveNumber);
  return *this;
}

Option& Option::one_of(const std::vector<std::string>& words) {
  option_->check(CLI::IsMember(words));
  return *this;
}

Option& Option::existing_file() {
  option_->check(CLI::ExistingFile);
  return *this;
}

Option& Option::existing_folder() {
  option_->check(CLI::ExistingDirectory);
  return *this;
}

Option& Option::check(CheckWord check_word) {
  option_->check(CLI::Validator(std::move(check_word), ""));
  return *this;
}

Option& Option::excludes(const Option& other) {
  option_->excludes(other.option_);
  return *this;
}

bool Option::is_given() const { return !option_->empty(); }

Command Command::add_command(const CommandText& text) {
  CLI::App& command = *app_->add_subcommand(text.name, text.description);
  command.footer(examples_of(text));
  return {command, *chosen_};
}

Command Command::add_group(const CommandText& text) {
  Command group = add_command(text);
  group.app_->require_subcommand(1);
  return group;
}

Option Command::add_option(const char* name, std::string& value, const std::string& help) {
  return Option(*app_->add_option(name, value, help));
}

Option Command::add_option(const char* name, std::vector<std::string>& value,
                           const std::string& help) {
  return Option(*app_->add_option(name, value, help));
}

Option Command::add_option(const char* name, int& value, const std::string& help) {
  return Option(*app_->add_option(name, value, help));
}

Option Command::add_option(const char* name, std::uint32_t& value, const std::string& help) {
  return Option(*app_->add_option(name, value, help));
}

Option Command::add_option(const char* name, std::uint64_t& value, const std::string& help) {
  return Option(*app_->add_option(name, value, help));
}

Option Command::add_option(const char* name, double& value, const std::string& help) {
  return Option(*app_->add_option(name, value, help));
}

Option Command::add_flag(const char* name, bool& value, const std::string& help) {
  return Option(*app_->add_flag(name, value, help));
}

void Command::set_action(Action action) {
  // Also called after the action of a command in this one has been chosen.
  app_->callback([app = app_, chosen = chosen_, action = std::move(action)] {
    if (app->get_subcommands().empty()) *chosen = action;
  });
}

std::string Command::name() const { return app_->get_name(); }

std::vector<Command> Command::commands() const {
  std::vector<Command> all;
  for (CLI::App* const command : app_->get_subcommands([](CLI::App*) { return true; })) {
    all.emplace_back(*command, *chosen_);
  }
  return all;
}

std::vector<std::string> Command::option_names() const {
  std::vector<std::string> names;
  for (const CLI::Option* const option : std::as_const(*app_).get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

CommandLine::CommandLine(const CommandText& program, const std::string& notes,
                         const std::string& version)
    : app_(std::make_unique<CLI::App>(program.description, program.name)) {
  app_->footer(examples_of(program) + "\n" + notes);
  app_->set_version_flag("--version", version);
  app_->require_subcommand(1);
}

CommandLine::~CommandLine() = default;

Command CommandLine::program() { return {*app_, chosen_}; }

CommandLine::Parsed CommandLine::parse(int argc, const char* const* argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::Success& asked_for_help) {
    return {{}, app_->exit(asked_for_help)};
  } catch (const CLI::ParseError& error) {
    app_->exit(error);  // prints why
    return {{}, exit_usage};
  }
  return {chosen_, exit_done};
}

}  // namespace codelog::tools
