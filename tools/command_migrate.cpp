// Brings an OpenCodelists site into a data folder.
#include <atomic>
#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>

#include "server/migration/migration.h"
#include "server/site/temporary_folder.h"
#include "tools/command.h"
#include "tools/terminal.h"

namespace codelog::tools {
namespace {

namespace fs = std::filesystem;
using base::Result;
using migration::BroughtCounts;
using migration::MigrationOutcome;
using migration::MigrationReport;
using migration::VerificationReport;

struct MigrateOptions {
  CommonOptions common;
  std::string storage;
  bool verify = false;
  bool dry_run = false;
};

std::atomic<bool> is_migration_stopped = false;

void note_stop(int) { is_migration_stopped = true; }

// --- As JSON

Json counts_to_json(const BroughtCounts& counts) {
  return {{"found", counts.found},
          {"added", counts.added},
          {"changed", counts.changed},
          {"removed", counts.removed}};
}

Json report_of(const MigrationReport& report) {
  return {{"dry_run", report.is_plan},
          {"users", counts_to_json(report.users)},
          {"organisations", counts_to_json(report.organisations)},
          {"members", counts_to_json(report.members)},
          {"releases", counts_to_json(report.releases)},
          {"mappings", counts_to_json(report.mappings)},
          {"refset_versions", counts_to_json(report.refset_versions)},
          {"codelists", counts_to_json(report.codelists)},
          {"versions", counts_to_json(report.versions)},
          {"codes", report.codes_count},
          {"searches", report.searches_count},
          {"corrected", report.corrected},
          {"left_out", report.left_out},
          {"kept", report.kept},
          {"commits", report.commits_count},
          {"events", report.events_count},
          {"position", report.position.value()},
          {"seconds", report.seconds}};
}

Json verification_of(const VerificationReport& report) {
  return {{"codelists", report.codelists_count}, {"versions", report.versions_count},
          {"downloads", report.downloads_count}, {"digests", report.digests_count},
          {"statuses", report.statuses_count},   {"searches", report.searches_count},
          {"users", report.users_count},         {"differences_count", report.differences_count},
          {"differences", report.differences},   {"notices", report.notices}};
}

Json outcome_of(const MigrationOutcome& outcome) {
  Json json = report_of(outcome.report);
  if (outcome.verification) json["verification"] = verification_of(*outcome.verification);
  return json;
}

// --- As text

std::string counts_table(const Json& report) {
  std::vector<std::vector<std::string>> rows;
  for (const char* kind : {"users", "organisations", "members", "releases", "mappings",
                           "refset_versions", "codelists", "versions"}) {
    std::string name = kind;
    if (name == "refset_versions") name = "versions of refsets";
    std::vector<std::string> row = {name};
    for (const char* field : {"found", "added", "changed", "removed"}) {
      row.push_back(format_count(report[kind][field].get<std::uint64_t>()));
    }
    rows.push_back(std::move(row));
  }
  return format_table(
      {{"", false}, {"found", true}, {"added", true}, {"changed", true}, {"removed", true}}, rows);
}

std::string sentences(const std::string& heading, const Json& texts) {
  if (texts.empty()) return "";
  std::string text = heading + ":\n";
  for (const Json& sentence : texts) text += "    " + sentence.get<std::string>() + "\n";
  return text;
}

std::string describe_verification(const Json& report) {
  const auto count = [&](const char* name) {
    return format_count(report[name].get<std::uint64_t>());
  };
  const std::string compared =
      "compared: " + count("codelists") + " codelists, " + count("versions") + " versions, " +
      count("downloads") + " downloads, " + count("digests") + " digests, " + count("statuses") +
      " statuses of codes, " + count("searches") + " searches, " + count("users") + " users\n";
  const std::string notices = sentences("not compared", report["notices"]);
  if (report["differences_count"] == 0) return compared + notices + "both sites are equal\n";
  return compared + notices +
         sentences(count("differences_count") + " differences", report["differences"]);
}

std::string describe_outcome(const Json& outcome) {
  const bool is_plan = outcome["dry_run"].get<bool>();
  const auto commits = outcome["commits"].get<std::uint64_t>();
  std::string text = counts_table(outcome) + "\n";
  text += sentences("corrected", outcome["corrected"]);
  text += sentences("left out", outcome["left_out"]);
  text += sentences("kept, although the old site differs", outcome["kept"]);
  text += std::string(is_plan ? "would write " : "wrote ") + format_count(commits) +
          (commits == 1 ? " commit, " : " commits, ") +
          format_count(outcome["events"].get<std::uint64_t>()) + " events";
  if (!is_plan) text += ", in " + format_number(outcome["seconds"].get<double>()) + " s";
  text += "\n";
  if (outcome.contains("verification")) text += describe_verification(outcome["verification"]);
  return text;
}

// --- The data folder

// A data folder that this command makes, until the migration is accepted: a refused one must leave
// nothing behind, neither the folder nor a witness of its log.
class NewFolder {
 public:
  explicit NewFolder(const site::DataFolderOptions& options)
      : data_(options.data), witness_(options.witness_file) {
    std::error_code error;
    is_new_ = !fs::exists(data_, error) && !error;
    has_witness_ = !witness_.empty() && fs::exists(witness_, error);
  }
  bool is_new() const { return is_new_; }
  void remove() const {
    std::error_code ignored;
    if (is_new_) fs::remove_all(data_, ignored);
    if (is_new_ && !witness_.empty() && !has_witness_) fs::remove(witness_, ignored);
  }

 private:
  const fs::path data_;
  const fs::path witness_;
  bool is_new_ = false;
  bool has_witness_ = false;
};

Result<MigrationOutcome> migrate_into(const site::DataFolderOptions& options,
                                      const migration::MigrationRequest& request,
                                      const site::ReportProgress& progress) {
  const NewFolder made(options);
  auto folder = open_folder_here(options, progress);
  if (!folder) return folder.error();
  auto outcome = migration::migrate_site(**folder, request, progress);
  const bool has_begun = (*folder)->projections().views().migration().has_value();
  folder->reset();
  if (!outcome && !has_begun) made.remove();
  return outcome;
}

// Without a data folder, a dry run plans for a new one.
Result<MigrationOutcome> run_migration(const MigrateOptions& options,
                                       const site::ReportProgress& progress) {
  const migration::MigrationRequest request{
      .storage = options.storage, .dry_run = options.dry_run, .verify = options.verify};
  site::DataFolderOptions folder = options.common.folder();
  if (!options.dry_run || !NewFolder(folder).is_new()) {
    return migrate_into(folder, request, progress);
  }
  const auto temporary = site::TemporaryFolder::make();
  if (!temporary) return temporary.error();
  folder.data = temporary->path() / "data";
  folder.witness_file.clear();
  return migrate_into(folder, request, progress);
}

int migrate(const MigrateOptions& options) {
  std::signal(SIGINT, note_stop);
  std::signal(SIGTERM, note_stop);
  ProgressLine line;
  const auto progress = [&](const site::WorkProgress& work) {
    line.show(work.stage, work.done, work.total);
    return !is_migration_stopped;
  };
  const auto outcome = run_migration(options, progress);
  line.clear();
  if (!outcome) return refuse(outcome.error(), options.common);
  const int exit_code =
      finish(Result<Json>(outcome_of(*outcome)), options.common, describe_outcome);
  const bool is_equal = !outcome->verification || outcome->verification->differences_count == 0;
  return is_equal ? exit_code : exit_refused;
}

}  // namespace

void add_migrate_command(Command program) {
  Command group = program.add_group({"migrate", "Bring another site into a data folder.",
                                     "codelog migrate opencodelists storage"});
  Command command = group.add_command(
      {"opencodelists",
       "Bring an OpenCodelists site into a data folder, with its ids, hashes, times, users, tokens "
       "and passwords. The old site is only read, and may be in use. Run the command again to "
       "bring "
       "what the old site has changed since, or to go on after an interruption.",
       "codelog migrate opencodelists storage --data data --dry-run\n"
       "codelog migrate opencodelists storage --data data --verify"});
  auto options = std::make_shared<MigrateOptions>();
  command
      .add_option("STORAGE", options->storage,
                  "The old site's folder, with db.sqlite3 and coding_systems/")
      .required()
      .existing_folder();
  command.add_flag("--verify", options->verify,
                   "Then compare the two sites: the API's lists, downloads and their digests, "
                   "drafts, searches, users. Differences give exit code 1");
  command.add_flag("--dry-run", options->dry_run,
                   "Write nothing: only check the old site, and tell what would be brought");
  add_data_options(command, options->common);
  add_json_option(command, options->common);
  command.set_action([options] { return migrate(*options); });
}

}  // namespace codelog::tools
