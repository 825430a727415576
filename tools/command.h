// What every subcommand of the program has in common: its common options, how its outcome is shown,
// and its exit code.
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

// The action that the command line asks for; run after all of it has been read.
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
  const char* examples;  // one a line
};

// A subcommand with its help.
CLI::App& add_command(CLI::App& parent, const CommandText& text);
// A subcommand that only has subcommands of its own.
CLI::App& add_group(CLI::App& parent, const CommandText& text);
void add_data_options(CLI::App& command, CommonOptions& options);
void add_json_option(CLI::App& command, CommonOptions& options);

// The commands; each adds itself to the program and, when it is the one asked for, sets `chosen`.
void add_serve_command(CLI::App& program, Chosen& chosen);
void add_import_command(CLI::App& program, Chosen& chosen);
void add_user_commands(CLI::App& program, Chosen& chosen);
void add_organisation_commands(CLI::App& program, Chosen& chosen);
void add_release_commands(CLI::App& program, Chosen& chosen);
void add_log_commands(CLI::App& program, Chosen& chosen);
void add_demo_command(CLI::App& program, Chosen& chosen);
void add_bench_command(CLI::App& program, Chosen& chosen);
void add_completion_command(CLI::App& program, Chosen& chosen);

// Says on standard error what went wrong; the exit code for it.
int refuse(const base::Error& error, const CommonOptions& options);

// Prints what was done: the JSON for programs, or what `describe` makes of it for people.
int finish(const base::Result<Json>& outcome, const CommonOptions& options,
           const std::function<std::string(const Json&)>& describe);

// Standard output, at once. What cannot be written (a closed pipe) is nobody's loss.
void print(std::string_view text);
// To standard error, what a person should know of work that was done.
void print_notice(std::string_view text);

// Runs one operation on the site, wherever it is open, with progress on a terminal.
base::Result<Json> run_operation(const CommonOptions& options, std::string_view operation,
                                 const Json& arguments, OpenViews views = OpenViews::yes);

}  // namespace codelog::tools
