// Restores a site to a moment of its log, into a new data folder; or one codelist of a site.
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>

#include "events/archive/object_names.h"
#include "server/archive/open_destination.h"
#include "server/site/restore.h"
#include "tools/command.h"
#include "tools/passphrase.h"
#include "tools/terminal.h"

namespace codelog::tools {
namespace {

using base::Result;

struct RestoreOptions {
  CommonOptions common;
  std::string source;
  std::string source_witness;
  std::string passphrase_file;
  bool with_signing_key = false;
  std::string target;
  std::string witness;
  std::uint64_t position = 0;
  std::string until;
  bool with_releases = false;
  bool dry_run = false;
};

std::string check_time(std::string& text) {
  return base::parse_timestamp(text) ? ""
                                     : "'" + text +
                                           "' is neither a day nor a time, as 2026-11-29 "
                                           "and 2026-11-29T15:30:00Z are";
}

// "site/" names the folder "site".
std::filesystem::path folder_of(const std::string& text) {
  const std::filesystem::path folder(text);
  return folder.has_filename() ? folder : folder.parent_path();
}

// A data folder, an archive in a folder, or the address of a store.
std::string check_source(std::string& text) {
  std::error_code ignored;
  if (archive::is_store_address(text) || std::filesystem::is_directory(text, ignored)) return "";
  return "Directory does not exist: " + text;
}

bool is_archive(const std::string& source) {
  std::error_code ignored;
  return archive::is_store_address(source) ||
         std::filesystem::exists(std::filesystem::path(source) / archive::manifest_name, ignored);
}

site::RestoreRequest request_of(const RestoreOptions& options) {
  site::RestoreRequest request{.source = folder_of(options.source),
                               .source_witness = options.source_witness,
                               .target = folder_of(options.target),
                               .target_witness = options.witness,
                               .with_files = options.with_releases};
  request.with_signing_key = options.with_signing_key;
  if (options.position != 0) request.moment = base::Position(options.position);
  if (!options.until.empty()) request.moment = *base::parse_timestamp(options.until);
  return request;
}

// --- As JSON

Json to_json(const site::RestorePlan& plan) {
  Json left_out = Json::array();
  for (const site::LeftOut& subject : plan.left_out) {
    left_out.push_back({{"subject", subject.subject},
                        {"commits", subject.commits_count},
                        {"first_time", base::format_timestamp(subject.first_time)},
                        {"last_time", base::format_timestamp(subject.last_time)},
                        {"last_position", subject.last_position.value()},
                        {"actors", subject.actors},
                        {"events", subject.events_counts}});
  }
  return {{"position", plan.position.value()},
          {"kept_until", base::format_timestamp(plan.kept_until)},
          {"source_position", plan.source_head.position.value()},
          {"source_has_witness", plan.has_witness},
          {"source_epoch", plan.source_head.epoch},
          {"left_out_commits", plan.left_out_count},
          {"left_out_unreadable", plan.unreadable_count},
          {"left_out", std::move(left_out)}};
}

Json to_json(const site::RestoreReport& report) {
  Json json = to_json(report.plan);
  json.erase("left_out");
  json.update({{"epoch", report.epoch},
               {"root", base::to_hex(report.root)},
               {"root_compared", report.is_root_compared},
               {"keys", report.keys_count},
               {"users_without_key", report.users_without_key},
               {"erased_again", report.erased_again},
               {"may_have_erased_others", report.plan.may_have_erased_others},
               {"files_brought", report.files_brought},
               {"files_missing", report.files_missing}});
  return json;
}

// --- As text

std::string count_of(std::uint64_t count, const std::string& noun) {
  return format_count(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string joined(const Json& texts) {
  std::string all;
  for (const Json& text : texts) all += (all.empty() ? "" : ", ") + text.get<std::string>();
  return all;
}

// "StatusesChanged" is "statuses changed".
std::string words_of(const std::string& event) {
  std::string words;
  for (const char letter : event) {
    const bool is_capital = letter >= 'A' && letter <= 'Z';
    if (is_capital && !words.empty()) words += ' ';
    words += is_capital ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  return words;
}

std::string subject_lines(const Json& subject) {
  std::string actors;
  for (const Json& actor : subject["actors"]) {
    const auto name = actor.get<std::string>();
    actors += (actors.empty() ? "" : ", ") + (name.empty() ? "an operator" : name);
  }
  std::string lines = subject["subject"].get<std::string>() + ": " +
                      count_of(subject["commits"].get<std::uint64_t>(), "commit") + " by " +
                      actors + ", " + subject["first_time"].get<std::string>();
  if (subject["last_time"] != subject["first_time"]) {
    lines += " to " + subject["last_time"].get<std::string>();
  }
  lines += "\n    ";
  bool is_first = true;
  for (const auto& [event, count] : subject["events"].items()) {
    lines += (is_first ? "" : ", ") + words_of(event);
    if (count != 1) lines += " (" + format_count(count.get<std::uint64_t>()) + ")";
    is_first = false;
  }
  return lines + "\n";
}

std::string describe_left_out(const Json& plan) {
  const auto left_out = plan["left_out_commits"].get<std::uint64_t>();
  std::string text = "left out: " + count_of(left_out, "commit");
  if (left_out == 0) return text + "\n";
  const auto first = plan["position"].get<std::uint64_t>() + 1;
  text += " (position " + std::to_string(first) + " to " +
          std::to_string(plan["source_position"].get<std::uint64_t>()) + ")";
  const auto unreadable = plan["left_out_unreadable"].get<std::uint64_t>();
  if (unreadable > 0) text += ", of which " + format_count(unreadable) + " cannot be read";
  return text + "\n";
}

std::string describe_end(const Json& plan) {
  if (plan["source_has_witness"].get<bool>()) return "";
  return "the source has no head witness: nothing shows whether its log goes on behind position " +
         std::to_string(plan["source_position"].get<std::uint64_t>()) + "\n";
}

std::string describe_plan(const Json& plan) {
  std::string text = "would restore: " + count_of(plan["position"].get<std::uint64_t>(), "commit") +
                     ", the last of " + plan["kept_until"].get<std::string>() + "\n" +
                     describe_left_out(plan) + describe_end(plan);
  if (plan["left_out"].empty()) return text;
  text += "\nThe changes left out, the latest first:\n";
  for (const Json& subject : plan["left_out"]) text += subject_lines(subject);
  return text;
}

std::string describe_files(const Json& report) {
  std::string text;
  if (!report["files_brought"].empty()) {
    text +=
        "files of releases and mappings: " + format_count(report["files_brought"].size()) + "\n";
  }
  if (report["files_missing"].empty()) return text;
  text +=
      "missing files of releases and mappings; copy them, repeat the restore with "
      "--with-releases, or import them again:\n";
  for (const Json& file : report["files_missing"]) text += "    " + file.get<std::string>() + "\n";
  return text;
}

std::string describe_report(const Json& report) {
  std::string text = "restored: " + count_of(report["position"].get<std::uint64_t>(), "commit") +
                     ", the last of " + report["kept_until"].get<std::string>() + "\n" +
                     describe_left_out(report) + describe_end(report) +
                     "Merkle root: " + report["root"].get<std::string>() +
                     (report["root_compared"].get<bool>()
                          ? ", as in the source\n"
                          : "; the source's tree is damaged, so each commit was checked by its own "
                            "checksum\n") +
                     "epoch: " + std::to_string(report["epoch"].get<std::uint64_t>()) + "\n" +
                     "keys of users: " + format_count(report["keys"].get<std::uint64_t>()) + "\n";
  if (!report["users_without_key"].empty()) {
    text +=
        "users whose key the source does not have, so that their names and addresses cannot "
        "be read: " +
        joined(report["users_without_key"]) + "\n";
    if (report["may_have_erased_others"].get<bool>()) {
      text += "    Commits that are missing may have erased them. If so: codelog user erase NAME\n";
    }
  }
  if (!report["erased_again"].empty()) {
    text += "erased again, as they were later: " + joined(report["erased_again"]) + "\n";
  }
  return text + describe_files(report);
}

// How to read the names and addresses of people.
std::string keys_hint(const RestoreOptions& options, const Json& report) {
  const bool is_wanted = is_archive(options.source) && options.passphrase_file.empty() &&
                         !report["users_without_key"].empty();
  return is_wanted ? "archived keys are restored with --passphrase-file, if the backup has some\n"
                   : "";
}

// The command that serves the new site.
std::string next_step(const RestoreOptions& options) {
  std::string step = "next: codelog serve --data " + options.target;
  if (!options.witness.empty()) return step + " --witness " + options.witness + "\n";
  // The variable names the witness of another site.
  const bool has_variable = std::getenv("CODELOG_WITNESS") != nullptr;
  if (has_variable) step += " --witness " + options.target + "/keys/head-witness";
  return step + "\n";
}

std::atomic<bool> is_interrupted = false;

void note_interrupt(int) { is_interrupted = true; }

// --- One codelist

struct CodelistOptions {
  CommonOptions common;
  std::string codelist;
  std::string as_of;
  std::string reason;
};

std::string describe_codelist(const Json& restored) {
  return "restored " + restored["codelist"].get<std::string>() + " as of position " +
         std::to_string(restored["as_of"].get<std::uint64_t>()) + ": " +
         count_of(restored["restored"].size(), "version") + " made again, " +
         format_count(restored["deleted"].size()) + " deleted\n";
}

int restore_codelist(const CodelistOptions& options) {
  const Json arguments = {
      {"codelist", options.codelist}, {"as_of", options.as_of}, {"reason", options.reason}};
  return finish(run_operation(options.common, "codelist.restore", arguments), options.common,
                describe_codelist);
}

void add_codelist_command(Command restore) {
  Command command = restore.add_command(
      {"codelist",
       "Bring one codelist of a site back as it was, deleted or changed: by new events, under its "
       "id, hashes and addresses. Versions that are as they were then stay untouched, later ones "
       "are deleted. Nothing else changes.",
       "codelog restore codelist example-university/asthma --as-of 2026-11-29T15:30:00Z\n"
       "codelog restore codelist user/ada/gout --as-of 1234 --reason 'deleted by mistake'"});
  auto options = std::make_shared<CodelistOptions>();
  command
      .add_option("CODELIST", options->codelist,
                  "ORGANISATION/SLUG or user/NAME/SLUG: a name that it had at the moment")
      .required();
  command
      .add_option("--as-of", options->as_of,
                  "A position of the log, a time (2026-11-29T15:30:00Z) or a day")
      .type_name("MOMENT")
      .required();
  command.add_option("--reason", options->reason, "Why, for the history").type_name("TEXT");
  add_data_options(command, options->common);
  add_json_option(command, options->common);
  command.set_action([options] { return restore_codelist(*options); });
}

// --- A site

// For what the parser cannot require, because `restore codelist` does not have it.
int refuse_usage(const std::string& what, const CommonOptions& options) {
  refuse({base::ErrorCode::invalid, what + " (codelog restore --help)", {}}, options);
  return exit_usage;
}

// Opens the archive, if the source is one.
Result<void> prepare_source(const RestoreOptions& options, site::RestoreRequest& request,
                            std::unique_ptr<archive::Destination>& place) {
  if (!is_archive(options.source)) return {};
  auto opened = archive::open_destination(options.source);
  if (!opened) return opened.error();
  place = *std::move(opened);
  request.archive = place.get();
  if (options.passphrase_file.empty()) return {};
  auto passphrase = read_passphrase(options.passphrase_file);
  if (!passphrase) return passphrase.error();
  request.passphrase = *std::move(passphrase);
  return {};
}

int restore(const RestoreOptions& options) {
  if (options.source.empty()) {
    return refuse_usage("SOURCE is missing: the data folder or archive to restore from",
                        options.common);
  }
  if (!options.passphrase_file.empty() && !is_archive(options.source)) {
    return refuse_usage("--passphrase-file is for archives: a data folder has its keys",
                        options.common);
  }
  // So that an interrupted restore removes what it has made.
  std::signal(SIGINT, note_interrupt);
  std::signal(SIGTERM, note_interrupt);
  ProgressLine progress;
  const auto show = [&](const site::WorkProgress& work) {
    progress.show(work.stage, work.done, work.total);
    return !is_interrupted;
  };
  const auto in_json = [](const auto& outcome) -> Result<Json> {
    if (!outcome) return outcome.error();
    return to_json(*outcome);
  };
  site::RestoreRequest request = request_of(options);
  std::unique_ptr<archive::Destination> place;
  if (const auto prepared = prepare_source(options, request, place); !prepared) {
    return refuse(prepared.error(), options.common);
  }
  if (options.dry_run) {
    const auto plan = in_json(site::plan_restore(request, show));
    progress.clear();
    return finish(plan, options.common, describe_plan);
  }
  if (options.target.empty()) {
    return refuse_usage("--to DIR is missing: the new data folder", options.common);
  }
  const auto report = in_json(site::restore_site(request, show));
  progress.clear();
  return finish(report, options.common, [&](const Json& done) {
    return describe_report(done) + keys_hint(options, done) + next_step(options);
  });
}

}  // namespace

void add_restore_command(Command program) {
  Command command = program.add_command(
      {"restore",
       "Make a new data folder from an archive or from the log of another one, as it was at a "
       "moment. The source is only read: its server may be running, and its log may be damaged "
       "behind that moment.",
       "codelog restore data --to restored\n"
       "codelog restore data --until 2026-11-29T15:30:00Z --dry-run\n"
       "codelog restore data --to restored --until 2026-11-29T15:30:00Z --with-releases\n"
       "codelog restore data --to restored --at 12345\n"
       "codelog restore /backup/codelog --to restored --passphrase-file secret\n"
       "codelog restore s3://backup/codelog --to restored --until 2026-11-29T15:30:00Z\n"
       "codelog restore codelist example-university/asthma --as-of 2026-11-29"});
  add_codelist_command(command);
  // The parser fills the options; the action reads them.
  auto options = std::make_shared<RestoreOptions>();
  command
      .add_option("SOURCE", options->source,
                  "The archive (a folder, or s3://BUCKET/PREFIX) or data folder to restore from")
      .check(check_source);
  command.add_option("--to", options->target, "The new data folder; absent or empty")
      .type_name("DIR");
  const Option position = command
                              .add_option("--at", options->position,
                                          "The last position to restore; otherwise everything")
                              .type_name("POSITION")
                              .positive();
  command
      .add_option("--until", options->until,
                  "Restore what was done up to this time: 2026-11-29T15:30:00Z, or a day, which "
                  "means its beginning in UTC")
      .type_name("TIME")
      .check(check_time)
      .excludes(position);
  command.add_flag("--with-releases", options->with_releases,
                   "Bring the files of releases and mappings too: as links on the same volume, "
                   "otherwise as copies");
  command.add_flag("--dry-run", options->dry_run,
                   "Only tell what would be left out, the latest change first");
  command
      .add_option("--passphrase-file", options->passphrase_file,
                  "Restore the archived keys: a file whose first line is the passphrase; - for "
                  "standard input")
      .type_name("FILE");
  command.add_flag("--with-signing-key", options->with_signing_key,
                   "Bring the keys that sign checkpoints too. Only for a site that takes the place "
                   "of one that is lost");
  command
      .add_option("--source-witness", options->source_witness,
                  "The head witness of SOURCE. Otherwise SOURCE/keys/head-witness")
      .type_name("FILE");
  command
      .add_option("--witness", options->witness,
                  "The head witness of the new site. Otherwise DIR/keys/head-witness")
      .type_name("FILE");
  add_json_option(command, options->common);
  command.set_action([options] { return restore(*options); });
}

}  // namespace codelog::tools
