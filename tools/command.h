// Shared by all subcommands of the program: common options, printing of outcomes, exit codes.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "tools/data_folder.h"
#include "tools/site_access.h"

namespace codelog::tools {

inline constexpr int exit_done = 0;
inline constexpr int exit_refused = 1;
inline constexpr int exit_usage = 2;

// The action that the command line asks for; run after the whole line has been parsed.
using Chosen = std::function<int()>;

struct CommonOptions {
  std::string data = "data";
  std::string witness;
  bool json = false;
  bool accept_missing_witness = false;

  DataFolderOptions folder(OpenViews views = OpenViews::yes) const;
};

struct CommandText {
  const char* name;
  const char* description;
  const char* examples;  // one in each line
};

// A subcommand with its help.
CLI::App& add_command(CLI::App& parent, const CommandText& text);
// A subcommand that only contains other subcommands.
CLI::App& add_group(CLI::App& parent, const CommandText& text);
void add_data_options(CLI::App& command, CommonOptions& options);
void add_json_option(CLI::App& command, CommonOptions& options);

// Each function adds its command to the program; a command that is asked for sets `chosen`.
void add_serve_command(CLI::App& program, Chosen& chosen);
void add_import_command(CLI::App& program, Chosen& chosen);
void add_user_commands(CLI::App& program, Chosen& chosen);
void add_organisation_commands(CLI::App& program, Chosen& chosen);
void add_release_commands(CLI::App& program, Chosen& chosen);
void add_log_commands(CLI::App& program, Chosen& chosen);
void add_demo_command(CLI::App& program, Chosen& chosen);
void add_bench_command(CLI::App& program, Chosen& chosen);
void add_completion_command(CLI::App& program, Chosen& chosen);

// Prints the error on standard error; returns its exit code.
int refuse(const base::Error& error, const CommonOptions& options);

// Prints the outcome: JSON for programs, or the text of `describe` for people. Returns the exit
// code.
int finish(const base::Result<Json>& outcome, const CommonOptions& options,
           const std::function<std::string(const Json&)>& describe);

// Prints on standard output at once. Ignores errors, such as a closed pipe.
void print(std::string_view text);
// Prints on standard error a notice about finished work.
void print_notice(std::string_view text);

// Runs one operation on the site, in the server or in this process, with progress on a terminal.
base::Result<Json> run_operation(const CommonOptions& options, std::string_view operation,
                                 const Json& arguments, OpenViews views = OpenViews::yes);

}  // namespace codelog::tools
