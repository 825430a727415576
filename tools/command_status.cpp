// codelog status: how a site is, and what needs a person.
#include <filesystem>
#include <memory>

#include "tools/command.h"
#include "tools/terminal.h"

namespace codelog::tools {
namespace {

constexpr std::size_t label_width = 14;

std::string line(std::string label, const std::string& words) {
  label.resize(label_width, ' ');
  return label + words + "\n";
}

std::string count(const Json& number) { return format_count(number.get<std::uint64_t>()); }

// "2026-12-01 13:05 UTC"
std::string minute_of(const Json& time) {
  std::string text = time.get<std::string>().substr(0, 16);
  text[10] = ' ';
  return text + " UTC";
}

std::string age_of(const Json& time, const Json& now) {
  const auto then = base::parse_timestamp(time.get<std::string>());
  const auto today = base::parse_timestamp(now.get<std::string>());
  if (!then || !today) return "";
  constexpr std::int64_t day_us = std::int64_t{86'400} * 1'000'000;
  return std::to_string(std::max<std::int64_t>(0, today->unix_us - then->unix_us) / day_us) +
         " days old";
}

std::string gib(const Json& bytes) {
  const std::uint64_t tenths = bytes.get<std::uint64_t>() * 10 >> 30;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GiB";
}

std::string log_words(const Json& log) {
  std::string words = "position " + count(log["position"]);
  if (!log["last_commit_at"].is_null()) words += " of " + minute_of(log["last_commit_at"]);
  return words + (log["takes_writes"].get<bool>() ? ", takes changes" : ", takes no changes");
}

std::string witness_words(const Json& witness) {
  std::string words =
      witness["position"].is_null() ? "missing" : "position " + count(witness["position"]);
  words += ", " + witness["file"].get<std::string>();
  if (witness["on_volume_of_log"].get<bool>()) words += " (on the same volume as the log)";
  return words;
}

std::string archive_words(const Json& status) {
  const Json& archive = status["archive"];
  if (status["server"].is_null()) return "not known: no server is running";
  if (archive.is_null()) return "none";
  std::string words = archive["destination"].get<std::string>() + ", " +
                      count(archive["lag_commits"]) + " commits behind";
  if (!archive["last_error"].is_null()) {
    words += ", last attempt failed: " + archive["last_error"].get<std::string>();
  }
  return words;
}

std::string verification_words(const Json& verification) {
  const Json& last = verification["last"];
  const Json& running = verification["running"];
  std::string words = "never";
  if (!last.is_null()) {
    words = minute_of(last["ended_at"]) + ", " + count(last["commits"]) + " commits, " +
            (last["problems"] == 0 ? "good" : count(last["problems"]) + " problems");
  }
  if (!running.is_null()) {
    words += "; running: " + count(running["checked"]) + " of " + count(running["commits"]);
  }
  return words;
}

std::string status_in_words(const Json& status) {
  const Json& files = status["files"];
  const Json& keys = status["keys"];
  std::string text;
  text += line("server", status["server"].is_null()
                             ? "not running"
                             : "since " + minute_of(status["server"]["started_at"]));
  text += line("log", log_words(status["log"]));
  text += line("witness", witness_words(status["witness"]));
  text += line("views", status["views"]["lag_commits"] == 0
                            ? "up to date"
                            : count(status["views"]["lag_commits"]) + " commits behind");
  text += line("archive", archive_words(status));
  text += line("verified", verification_words(status["verification"]));
  text += line("free space", gib(status["space"]["free_bytes"]));
  text += line("files", count(files["registered"]) + " registered, " +
                            std::to_string(files["missing"].size()) + " missing");
  for (const Json& key : keys["signing"]) {
    text += line("signing key", age_of(key["made_at"], status["now"]) +
                                    (key["signs"].get<bool>() ? "" : ", retired") + ", " +
                                    key["key"].get<std::string>());
  }
  text += line("people's keys",
               count(keys["people"]) + ", " + count(keys["people_unreadable"]) + " unusable");
  if (status["concerns"].empty()) return text + "\nNothing needs a person.\n";
  text += "\nNeeds a person:\n";
  for (const Json& concern : status["concerns"]) {
    text += "- " + concern["name"].get<std::string>() + ": " + concern["text"].get<std::string>() +
            ".\n  " + concern["action"].get<std::string>() + ".\n";
  }
  return text;
}

int run_status(const CommonOptions& options) {
  std::error_code error;
  if (!std::filesystem::exists(options.folder().data / "log", error)) {
    return refuse({base::ErrorCode::not_found, "there is no site in " + options.data, {}}, options);
  }
  const auto outcome = run_operation(options, "status", Json::object());
  const int code = finish(outcome, options, status_in_words);
  if (code != exit_done) return code;
  return (*outcome)["concerns"].empty() ? exit_done : exit_refused;
}

}  // namespace

void add_status_command(Command program) {
  Command command = program.add_command(
      {"status",
       "How the site is: its log, witness, views, archive, space, files, keys, and when the log "
       "was last verified. Exits with 1 when something needs a person; each such line says what "
       "to do.",
       "codelog status\ncodelog status --json | jq .concerns"});
  // The parser fills the options; the action reads them.
  auto options = std::make_shared<CommonOptions>();
  add_data_options(command, *options);
  add_json_option(command, *options);
  command.set_action([options] { return run_status(*options); });
}

}  // namespace codelog::tools
