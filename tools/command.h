// Shared by all subcommands of the program: common options, printing of outcomes, exit codes.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "server/site/data_folder.h"
#include "tools/command_line.h"
#include "tools/site_access.h"

namespace codelog::tools {

struct CommonOptions {
  std::string data = "data";
  std::string witness;
  bool json = false;
  bool accept_missing_witness = false;

  site::DataFolderOptions folder(site::OpenViews views = site::OpenViews::yes) const;
};

void add_data_options(Command command, CommonOptions& options);
void add_json_option(Command command, CommonOptions& options);

// Each function adds its command, or group of commands, to the program.
void add_serve_command(Command program);
void add_import_command(Command program);
void add_user_commands(Command program);
void add_user_upkeep_commands(Command group);
void add_organisation_commands(Command program);
void add_access_commands(Command program);
void add_codelist_commands(Command program);
void add_codelist_import_command(Command group);
void add_draft_commands(Command program);
void add_release_commands(Command program);
void add_mapping_commands(Command program);
void add_refsets_commands(Command program);
void add_log_commands(Command program);
void add_log_verify_commands(Command group);
void add_log_audit_commands(Command group);
void add_key_commands(Command program);
void add_status_command(Command program);
void add_backup_commands(Command program);
void add_restore_command(Command program);
void add_migrate_command(Command program);
void add_demo_command(Command program);
void add_bench_command(Command program);
void add_completion_command(Command program);

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
                                 const Json& arguments,
                                 site::OpenViews views = site::OpenViews::yes);

}  // namespace codelog::tools
