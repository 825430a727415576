#include <memory>

#include "tools/command.h"
#include "tools/terminal.h"

namespace codelog::tools {
namespace {

using base::Result;

constexpr std::uint64_t page_commits_max = 500;

struct LogCommandOptions {
  CommonOptions common;
  std::uint64_t from = 0;
  std::uint64_t limit = 0;
  bool newest_first = false;
  std::string stream;
  std::uint64_t position = 0;
  bool only_check = false;
};

std::string join(const Json& texts) {
  std::string all;
  for (const Json& text : texts) all += (all.empty() ? "" : ", ") + text.get<std::string>();
  return all;
}

// One commit on one line; for people, in columns that fit usual values.
std::string describe_summary(const Json& commit) {
  if (commit.contains("damaged")) {
    return "damaged: " + commit["damaged"].get<std::string>() + "\n";
  }
  std::string position = std::to_string(commit["position"].get<std::uint64_t>());
  position.insert(0, position.size() < 8 ? 8 - position.size() : 0, ' ');
  std::string actor = commit["actor"].get<std::string>();
  if (actor.empty()) actor = "-";
  actor.resize(std::max<std::size_t>(actor.size(), 12), ' ');
  return position + "  " + commit["time"].get<std::string>() + "  " + actor + "  " +
         join(commit["events"]) + "\n";
}

int list_log(const LogCommandOptions& options) {
  auto site = SiteAccess::open(options.common.folder(site::OpenViews::no));
  if (!site) return refuse(site.error(), options.common);
  Json arguments = {{"newest_first", options.newest_first}};
  if (options.from != 0) arguments["from"] = options.from;
  if (!options.stream.empty()) arguments["stream"] = options.stream;
  std::uint64_t left = options.limit == 0 ? UINT64_MAX : options.limit;
  while (left > 0) {
    arguments["limit"] = std::min(left, page_commits_max);
    const auto page = site->run("log.list", arguments);
    if (!page) return refuse(page.error(), options.common);
    for (const Json& commit : (*page)["commits"]) {
      print(options.common.json ? commit.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"
                                : describe_summary(commit));
      --left;
    }
    if ((*page)["next"].is_null()) break;
    arguments["from"] = (*page)["next"];
  }
  return exit_done;
}

// Shortens the long lists of a commit for people; programs get everything.
void shorten(Json& value) {
  constexpr std::size_t shown_max = 20;
  if (value.is_array() && value.size() > shown_max) {
    const std::size_t hidden = value.size() - shown_max;
    value.erase(value.begin() + static_cast<std::ptrdiff_t>(shown_max), value.end());
    value.push_back("… and " + format_count(hidden) + " more (--json shows all)");
  }
  if (!value.is_structured()) return;
  for (auto& part : value) shorten(part);
}

int show_commit(const LogCommandOptions& options) {
  const Json arguments = {{"position", options.position}};
  return finish(run_operation(options.common, "log.show", arguments, site::OpenViews::no),
                options.common, [](const Json& commit) {
                  Json shown = commit;
                  shorten(shown);
                  return shown.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
                });
}

int rebuild_views(const LogCommandOptions& options) {
  const Json arguments = {{"check", options.only_check}};
  const auto outcome = run_operation(options.common, "log.rebuild", arguments, site::OpenViews::no);
  const int code = finish(outcome, options.common, [&](const Json& found) -> std::string {
    const std::string count = format_count(found["commits"].get<std::uint64_t>());
    if (found["rebuilt"].get<bool>()) return "rebuilt the views of " + count + " commits\n";
    if (found["equal"].get<bool>()) {
      return "equal: the views in use and views rebuilt from " + count + " commits\n";
    }
    const bool is_damaged = found["damage"].is_string();
    std::string text = is_damaged
                           ? "the views in use are damaged: " + found["damage"].get<std::string>()
                           : "the views in use differ from what " + count + " commits give";
    text += '\n';
    if (found["rebuilt_at_next_start"].get<bool>()) {
      text += "they will be rebuilt when the server is started next: restart it\n";
    }
    return text;
  });
  if (code != exit_done) return code;
  return (*outcome)["equal"].get<bool>() ? exit_done : exit_refused;
}

using LogAction = int (*)(const LogCommandOptions&);

struct LogCommand {
  Command command;
  LogCommandOptions& options;
};

LogCommand add_log_command(Command group, const CommandText& text, LogAction action) {
  Command command = group.add_command(text);
  // The parser fills the options; the action reads them.
  auto options = std::make_shared<LogCommandOptions>();
  add_data_options(command, options->common);
  command.set_action([options, action] { return action(*options); });
  return {command, *options};
}

constexpr CommandText list_text = {"list",
                                   "List commits, one a line: position, time, user, and events.",
                                   "codelog log list\ncodelog log list --newest-first --limit 20\n"
                                   "codelog log list --stream codelist/17 --json"};
constexpr CommandText show_text = {"show", "Show everything in one commit.", "codelog log show 42"};
constexpr CommandText rebuild_text = {"rebuild",
                                      "Delete the views and build them again from the log. A "
                                      "running server's views are compared, and "
                                      "if they differ, replaced at its next start.",
                                      "codelog log rebuild\ncodelog log rebuild --check"};

}  // namespace

void add_log_commands(Command program) {
  Command group = program.add_group({"log", "The log: every change ever made.",
                                     "codelog log list --newest-first --limit 20\n"
                                     "codelog log verify"});
  LogCommand list = add_log_command(group, list_text, list_log);
  list.command.add_option("--from", list.options.from, "The first position to list")
      .type_name("POSITION")
      .positive();
  list.command.add_option("--limit", list.options.limit, "How many at most")
      .type_name("COUNT")
      .positive();
  list.command.add_flag("--newest-first", list.options.newest_first, "Go backwards");
  list.command
      .add_option("--stream", list.options.stream,
                  "Only commits on this, e.g. codelist/17 or user/alice; --from then counts its "
                  "commits")
      .type_name("STREAM");
  list.command.add_flag("--json", list.options.common.json, "Print one JSON object a line");

  LogCommand show = add_log_command(group, show_text, show_commit);
  show.command.add_option("POSITION", show.options.position, "Which").required();
  add_json_option(show.command, show.options.common);

  add_log_audit_commands(group);
  add_log_verify_commands(group);

  LogCommand rebuild = add_log_command(group, rebuild_text, rebuild_views);
  rebuild.command.add_flag("--check", rebuild.options.only_check,
                           "Only check that the views in use equal rebuilt ones");
  add_json_option(rebuild.command, rebuild.options.common);
}

}  // namespace codelog::tools
