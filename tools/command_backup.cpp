// Archives of a site's history: making them, looking at them, checking and pruning them.
#include <filesystem>
#include <memory>

#include "events/archive/archive_check.h"
#include "events/archive/manifest_store.h"
#include "events/archive/pruning.h"
#include "server/archive/open_destination.h"
#include "server/site/drill.h"
#include "tools/backup_operations.h"
#include "tools/command.h"
#include "tools/passphrase.h"
#include "tools/terminal.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

struct BackupOptions {
  CommonOptions common;
  std::string destination;
  bool with_keys = false;
  bool with_releases = false;
  bool deep = false;
  bool dry_run = false;
  std::string passphrase_file;
  std::vector<std::string> keep;
  std::string scratch;
  std::uint64_t recent_commits_count = 10'000;
};

std::string counted(std::uint64_t count, const std::string& noun) {
  return format_count(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string lines_of(const Json& texts) {
  std::string lines;
  for (const Json& text : texts) lines += "    " + text.get<std::string>() + "\n";
  return lines;
}

std::uint64_t number_of(const Json& json, const char* name) {
  return json[name].get<std::uint64_t>();
}
std::string text_of(const Json& json, const char* name) { return json[name].get<std::string>(); }

// --- create

std::string describe_created(const Json& made) {
  std::string text = "archived: " + counted(number_of(made, "position"), "commit") + ", of which " +
                     format_count(number_of(made, "new_commits")) + " are new, the last of " +
                     text_of(made, "last_time") + "\nMerkle root: " + text_of(made, "root") +
                     "\narchive: " + format_count(number_of(made, "archive_bytes")) + " bytes in " +
                     counted(number_of(made, "segments"), "segment") + ", for " +
                     format_count(number_of(made, "raw_bytes")) + " bytes of commits\n";
  text += made["keys"].get<bool>() ? "keys: archived, sealed with the passphrase\n"
                                   : "keys: not archived (--with-keys)\n";
  std::uint64_t copied_count = 0;
  for (const Json& file : made["files"]) copied_count += file["copied"].get<bool>() ? 1 : 0;
  text += "files of releases and mappings: " + format_count(copied_count) + " of " +
          format_count(made["files"].size()) + " are in the archive" +
          (copied_count < made["files"].size() ? " (--with-releases)\n" : "\n");
  if (made["files_missing"].empty()) return text;
  return text + "files that could not be copied:\n" + lines_of(made["files_missing"]);
}

int create(const BackupOptions& options) {
  // The server that does the work may have another working folder.
  const bool is_store = archive::is_store_address(options.destination);
  const std::string place =
      is_store ? options.destination : std::filesystem::absolute(options.destination).string();
  Json arguments = {{"destination", place}, {"with_releases", options.with_releases}};
  if (options.with_keys) {
    const std::string file = options.passphrase_file.empty() ? "-" : options.passphrase_file;
    const auto passphrase = read_passphrase(file);
    if (!passphrase) return refuse(passphrase.error(), options.common);
    arguments["passphrase"] = *passphrase;
  }
  const auto made = run_operation(options.common, "backup.create", arguments);
  const int exit_code = finish(made, options.common, describe_created);
  return made && !(*made)["files_missing"].empty() ? exit_refused : exit_code;
}

// --- list, latest

Json manifest_to_json(const archive::Manifest& manifest) {
  Json points = Json::array();
  for (const archive::RestorePoint& point : manifest.restore_points) {
    points.push_back(point_to_json(point));
  }
  std::uint64_t segments_bytes = 0;
  for (const auto& segment : manifest.segments) segments_bytes += segment.object.size_bytes;
  return {{"log", manifest.log_id},
          {"origin", manifest.origin},
          {"epoch", manifest.epoch},
          {"position", manifest.head().position.value()},
          {"last_time", base::format_timestamp(manifest.last_time())},
          {"root", base::to_hex(manifest.head().root)},
          {"changed_at", base::format_timestamp(manifest.changed_at)},
          {"segments", manifest.segments.size()},
          {"archive_bytes", segments_bytes},
          {"raw_bytes", manifest.raw_bytes()},
          {"restore_points", std::move(points)}};
}

std::string describe_end(const Json& archive) {
  if (number_of(archive, "position") == 0) return "the archive has no commits yet\n";
  return "any moment can be restored up to position " +
         std::to_string(number_of(archive, "position")) + " of " + text_of(archive, "last_time") +
         "\nMerkle root: " + text_of(archive, "root") + "\n";
}

std::string describe_list(const Json& archive) {
  std::string text =
      "log " + text_of(archive, "log") +
      (text_of(archive, "origin").empty() ? "" : " (" + text_of(archive, "origin") + ")") +
      ", epoch " + std::to_string(number_of(archive, "epoch")) + "\n" + describe_end(archive) +
      format_count(number_of(archive, "archive_bytes")) + " bytes in " +
      counted(number_of(archive, "segments"), "segment") + ", changed last at " +
      text_of(archive, "changed_at") + "\n";
  std::vector<std::vector<std::string>> rows;
  for (const Json& point : archive["restore_points"]) {
    std::uint64_t copied_count = 0;
    for (const Json& file : point["files"]) copied_count += file["copied"].get<bool>() ? 1 : 0;
    rows.push_back({text_of(point, "made_at"), std::to_string(number_of(point, "position")),
                    point["keys"].get<bool>() ? "yes" : "no",
                    format_count(copied_count) + " of " + format_count(point["files"].size())});
  }
  if (rows.empty()) return text;
  return text + "\n" +
         format_table({{"backup of"}, {"position", true}, {"keys"}, {"files", true}}, rows);
}

Result<archive::Manifest> read_manifest(const BackupOptions& options) {
  const auto destination = archive::open_destination(options.destination);
  if (!destination) return destination.error();
  auto stored = archive::load_manifest(**destination);
  if (!stored) return stored.error();
  return std::move(stored->manifest);
}

int list(const BackupOptions& options) {
  const auto manifest = read_manifest(options);
  const auto json = manifest ? Result<Json>(manifest_to_json(*manifest)) : manifest.error();
  return finish(json, options.common, describe_list);
}

Result<Json> find_latest(const BackupOptions& options) {
  const auto manifest = read_manifest(options);
  if (!manifest) return manifest.error();
  if (manifest->segments.empty()) {
    return Error{ErrorCode::not_found, "the archive has no commits yet", {}};
  }
  Json latest = manifest_to_json(*manifest);
  const auto& points = manifest->restore_points;
  latest["restore_point"] = points.empty() ? Json() : point_to_json(points.back());
  for (const char* name : {"segments", "archive_bytes", "raw_bytes", "restore_points"}) {
    latest.erase(name);
  }
  return latest;
}

int latest(const BackupOptions& options) {
  return finish(find_latest(options), options.common, [](const Json& json) {
    std::string text = describe_end(json);
    if (json["restore_point"].is_null()) return text;
    const Json& point = json["restore_point"];
    return text + "last backup: " + text_of(point, "made_at") + ", position " +
           std::to_string(number_of(point, "position")) +
           (point["keys"].get<bool>() ? ", with keys\n" : ", without keys\n");
  });
}

// --- verify

Json check_to_json(const archive::ArchiveCheck& check) {
  Json findings = Json::array();
  for (const archive::ArchiveFinding& finding : check.findings) {
    const bool has_range = finding.first != base::Position(0);
    findings.push_back({{"object", finding.object},
                        {"first", has_range ? Json(finding.first.value()) : Json()},
                        {"last", has_range ? Json(finding.last.value()) : Json()},
                        {"detail", finding.detail}});
  }
  return {{"commits", check.commits_count},
          {"position", check.manifest.head().position.value()},
          {"root", base::to_hex(check.manifest.head().root)},
          {"bytes", check.objects_bytes},
          {"unneeded_objects", check.unneeded_count},
          {"problems", std::move(findings)}};
}

std::string describe_check(const Json& check) {
  const std::uint64_t unneeded = number_of(check, "unneeded_objects");
  std::string text;
  if (check["problems"].empty()) {
    text = "whole: " + counted(number_of(check, "commits"), "commit") + ", " +
           format_count(number_of(check, "bytes")) +
           " bytes\nMerkle root: " + text_of(check, "root") + "\n";
  } else {
    text = "DAMAGED: " + counted(check["problems"].size(), "problem") + "; " +
           format_count(number_of(check, "commits")) + " of " +
           counted(number_of(check, "position"), "commit") + " are right\n";
    for (const Json& problem : check["problems"]) text += text_of(problem, "detail") + "\n";
  }
  if (unneeded > 0) {
    text += counted(unneeded, "object") + " that nothing needs (codelog backup prune)\n";
  }
  return text;
}

Result<Json> check(const BackupOptions& options) {
  const auto destination = archive::open_destination(options.destination);
  if (!destination) return destination.error();
  ProgressLine progress;
  const auto checked = archive::check_archive(
      **destination, options.deep ? archive::CheckDepth::commits : archive::CheckDepth::digests,
      [&](base::Position done, base::Position head) {
        progress.show("checking", done.value(), head.value());
        return true;
      });
  progress.clear();
  if (!checked) return checked.error();
  return check_to_json(*checked);
}

int verify(const BackupOptions& options) {
  const auto checked = check(options);
  const int exit_code = finish(checked, options.common, describe_check);
  return checked && !(*checked)["problems"].empty() ? exit_refused : exit_code;
}

// --- prune

Json points_to_json(const std::vector<archive::RestorePoint>& points) {
  Json json = Json::array();
  for (const archive::RestorePoint& point : points) {
    json.push_back(
        {{"made_at", base::format_timestamp(point.made_at)}, {"position", point.position.value()}});
  }
  return json;
}

Result<Json> pruned(const BackupOptions& options) {
  const auto destination = archive::open_destination(options.destination);
  if (!destination) return destination.error();
  std::vector<archive::KeepRule> rules;
  for (const std::string& text : options.keep) rules.push_back(*archive::parse_keep_rule(text));
  const auto mode = options.dry_run ? archive::PruneMode::only_tell : archive::PruneMode::remove;
  const auto report = archive::prune(**destination, rules, mode, base::SystemClock());
  if (!report) return report.error();
  return Json{{"kept", points_to_json(report->kept_points)},
              {"removed", points_to_json(report->removed_points)},
              {"removed_objects", report->removed_objects},
              {"removed_bytes", report->removed_bytes}};
}

int prune(const BackupOptions& options) {
  const std::string verb = options.dry_run ? "would remove: " : "removed: ";
  return finish(pruned(options), options.common, [&](const Json& report) {
    std::string text = verb + counted(report["removed"].size(), "backup") + ", " +
                       counted(report["removed_objects"].size(), "object") + " of " +
                       format_count(number_of(report, "removed_bytes")) + " bytes\n";
    for (const Json& point : report["removed"]) {
      text += "    " + text_of(point, "made_at") + ", position " +
              std::to_string(number_of(point, "position")) + "\n";
    }
    return text + "kept: " + counted(report["kept"].size(), "backup") +
           ", and all segments of commits\n";
  });
}

std::string check_keep(std::string& text) {
  return archive::parse_keep_rule(text)
             ? ""
             : "'" + text +
                   "' is neither a number of backups nor an age, as 10, 12h, 30d, 8w and 1y";
}

// --- drill

Result<Json> drilled(const BackupOptions& options) {
  const auto destination = archive::open_destination(options.destination);
  if (!destination) return destination.error();
  site::DrillRequest request{**destination, options.scratch, options.recent_commits_count};
  if (!options.passphrase_file.empty()) {
    auto passphrase = read_passphrase(options.passphrase_file);
    if (!passphrase) return passphrase.error();
    request.passphrase = *std::move(passphrase);
  }
  ProgressLine progress;
  const auto report = site::drill(request, [&](const site::WorkProgress& work) {
    progress.show(work.stage, work.done, work.total);
    return true;
  });
  progress.clear();
  if (!report) return report.error();
  const site::RestoreReport& restored = report->restored;
  return Json{{"position", restored.plan.position.value()},
              {"kept_until", base::format_timestamp(restored.plan.kept_until)},
              {"root", base::to_hex(restored.root)},
              {"root_compared", restored.is_root_compared},
              {"views_equal", report->are_views_equal},
              {"keys", restored.keys_count},
              {"users_without_key", restored.users_without_key},
              {"problems", report->problems}};
}

int drill(const BackupOptions& options) {
  const auto report = drilled(options);
  const int exit_code = finish(report, options.common, [](const Json& json) {
    const bool is_good = json["problems"].empty();
    std::string text = (is_good ? "restored, and as it should be: " : "restored, but NOT right: ") +
                       counted(number_of(json, "position"), "commit") + ", the last of " +
                       text_of(json, "kept_until") + "\nMerkle root: " + text_of(json, "root") +
                       ", as in the archive\n" + lines_of(json["problems"]);
    if (json["users_without_key"].empty()) return text;
    return text + "without keys, the names and addresses of " +
           counted(json["users_without_key"].size(), "user") + " cannot be read\n";
  });
  return report && !(*report)["problems"].empty() ? exit_refused : exit_code;
}

// --- The commands

using BackupAction = int (*)(const BackupOptions&);

struct BackupCommand {
  Command command;
  BackupOptions& options;
};

BackupCommand add_backup_command(Command group, const CommandText& text, BackupAction action) {
  Command command = group.add_command(text);
  // The parser fills the options; the action reads them.
  auto options = std::make_shared<BackupOptions>();
  command.add_option("DEST", options->destination, "The archive: a folder, or s3://BUCKET/PREFIX")
      .required();
  add_json_option(command, options->common);
  command.set_action([options, action] { return action(*options); });
  return {command, *options};
}

void add_create_command(Command group) {
  BackupCommand create_command = add_backup_command(
      group,
      {"create",
       "Back up the site: add its new commits to the archive, and a restore point. The first one "
       "makes the archive. Nobody waits for it; a running server does the work itself.",
       "codelog backup create /backup/codelog\n"
       "codelog backup create s3://backup/codelog --with-releases\n"
       "codelog backup create /backup/codelog --with-keys --passphrase-file secret"},
      create);
  Command command = create_command.command;
  BackupOptions& options = create_command.options;
  add_data_options(command, options.common);
  command.add_flag("--with-keys", options.with_keys,
                   "Add the site's keys, sealed with a passphrase: without them, a restored site "
                   "cannot read people's names and addresses");
  command
      .add_option("--passphrase-file", options.passphrase_file,
                  "A file whose first line is the passphrase. Otherwise standard input")
      .type_name("FILE");
  command.add_flag("--with-releases", options.with_releases,
                   "Copy the files of releases and mappings; otherwise they are listed, with their "
                   "digests");
}

void add_drill_command(Command group) {
  BackupCommand drill_command = add_backup_command(
      group,
      {"drill",
       "Restore the site to a random recent moment into a folder of its own, verify it, build its "
       "views again and compare them; then remove it. For a schedule: exit code 1 says that the "
       "archive cannot be relied on.",
       "codelog backup drill /backup/codelog\n"
       "codelog backup drill s3://backup/codelog --scratch /var/tmp --passphrase-file secret"},
      drill);
  Command command = drill_command.command;
  BackupOptions& options = drill_command.options;
  command
      .add_option("--scratch", options.scratch,
                  "Where to make the folder. Otherwise TMPDIR or /tmp")
      .type_name("DIR")
      .existing_folder();
  command
      .add_option("--recent", options.recent_commits_count,
                  "The moment is one of the last so many commits")
      .type_name("COUNT")
      .positive()
      .show_default();
  command
      .add_option("--passphrase-file", options.passphrase_file,
                  "Restore the keys too: a file whose first line is the passphrase; - for standard "
                  "input")
      .type_name("FILE");
}

}  // namespace

void add_backup_commands(Command program) {
  Command group = program.add_group(
      {"backup",
       "Archives: the site's whole history in a folder or a store of objects, complete, checked by "
       "itself, and restorable to every moment (codelog restore DEST).",
       "codelog backup create /backup/codelog\ncodelog backup verify /backup/codelog"});
  add_create_command(group);
  add_backup_command(group,
                     {"list", "Show what the archive holds: its end, and its restore points.",
                      "codelog backup list /backup/codelog"},
                     list);
  BackupCommand verify_command = add_backup_command(
      group,
      {"verify",
       "Read the whole archive, compare each object with its digest, and compute every Merkle root "
       "again. Names what is missing or damaged, and the positions that it held. Needs no data "
       "folder.",
       "codelog backup verify /backup/codelog\ncodelog backup verify /backup/codelog --deep"},
      verify);
  verify_command.command.add_flag("--deep", verify_command.options.deep, "Decode every commit too");
  BackupCommand prune_command = add_backup_command(
      group,
      {"prune",
       "Remove restore points, with their keys and files, and objects that nothing needs. The "
       "newest restore point stays, and so does all history: segments of commits are never given "
       "up.",
       "codelog backup prune /backup/codelog --keep 10\n"
       "codelog backup prune /backup/codelog --keep 30d --keep 10 --dry-run"},
      prune);
  prune_command.command
      .add_option(
          "--keep", prune_command.options.keep,
          "What to keep: the newest 10, or those of the last 12h, 30d, 8w or 1y; repeatable, and "
          "each keeps what it names")
      .type_name("RULE")
      .check(check_keep)
      .required();
  prune_command.command.add_flag("--dry-run", prune_command.options.dry_run,
                                 "Only tell what would be removed");
  add_backup_command(group,
                     {"latest", "Show the last moment that the archive can restore.",
                      "codelog backup latest /backup/codelog"},
                     latest);
  add_drill_command(group);
}

}  // namespace codelog::tools
