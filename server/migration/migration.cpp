#include "server/migration/migration.h"

#include <sys/stat.h>

#include <chrono>
#include <utility>

#include "events/base/file.h"
#include "server/migration/account_migration.h"
#include "server/migration/codelist_migration.h"
#include "server/migration/mapping_migration.h"
#include "server/migration/release_migration.h"
#include "server/migration/source_records.h"
#include "server/migration/source_schema.h"
#include "server/migration/thrown.h"

namespace codelog::migration {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using events::NextIds;
using projections::MigrationRecord;

// The files that a migration makes on its way. Holds people's password hashes and tokens, so
// nobody else may read it, and it is removed even if an earlier process was killed.
class WorkFolder {
 public:
  explicit WorkFolder(const fs::path& data) : path_(data / "migration") {
    std::error_code error;
    fs::remove_all(path_, error);
    if (::mkdir(path_.c_str(), 0700) != 0) {
      const auto failure = base::system_error("cannot make the folder", path_);
      throw_error(failure);
    }
  }
  ~WorkFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  const fs::path path_;
};

std::string counted(std::uint64_t count, const std::string& singular, const std::string& plural) {
  return std::to_string(count) + " " + (count == 1 ? singular : plural);
}

class Migration {
 public:
  Migration(site::DataFolder& folder, const MigrationRequest& request,
            const site::ReportProgress& progress)
      : folder_(folder),
        request_(request),
        progress_(progress),
        work_folder_(folder.path()),
        source_(request.storage, work_folder_.path()) {}

  MigrationOutcome run() {
    Refusals refusals;
    check_schema(source_, refusals);
    refusals.throw_if_any();
    next_ = next_ids_of(source_);
    identity_ = identity_of(source_);
    known_ = folder_.projections().views().migration();
    check_target();

    MigrationOutcome outcome{make(Target::Mode::plan), std::nullopt};
    if (!request_.dry_run) outcome.report = make(Target::Mode::write);
    if (request_.verify) outcome.verification = verify();
    return outcome;
  }

 private:
  // Ids belong to one site: the numbers of two sites cannot be brought together.
  void check_target() const {
    const projections::Views views = folder_.projections().views();
    const NextIds here = views.next_ids();
    if (!known_) {
      const auto codelists = views.codelist_ids();
      if (codelists.empty() && here == NextIds()) return;
      throw_error(ErrorCode::conflict,
                  "this site has " +
                      (codelists.empty() ? std::string("had codelists")
                                         : counted(codelists.size(), "codelist", "codelists")) +
                      " of its own, whose ids and hashes are those of other codelists in the old "
                      "site: migrate into a new data folder");
    }
    if (known_->source != identity_) {
      throw_error(ErrorCode::conflict,
                  "this site was migrated from another OpenCodelists site: migrate into a new data "
                  "folder");
    }
    if (next_.is_behind(known_->next)) {
      throw_error(ErrorCode::conflict,
                  "this database of the old site is older than the one of the last migration");
    }
    const bool has_own_ids = known_->next.is_behind(here);
    if (has_own_ids && known_->next.is_behind(next_)) {
      throw_error(ErrorCode::conflict,
                  "both sites have made codelists, versions or searches since the last migration, "
                  "with the same ids; here these are: " +
                      own_things(views));
    }
  }

  std::string own_things(const projections::Views& views) const {
    std::string names;
    for (const auto& codelist : views.codelists()) {
      for (const auto& version : views.versions_of(codelist.id)) {
        if (version.id < known_->next.version) continue;
        names += (names.empty() ? "version " : ", version ") + std::to_string(version.id.value()) +
                 " of " + codelist.handle().slug;
      }
    }
    return names.empty() ? "deleted ones, or searches" : names;
  }

  MigrationReport make(Target::Mode mode) {
    const auto started = std::chrono::steady_clock::now();
    MigrationReport report;
    report.is_plan = mode == Target::Mode::plan;
    Target target(folder_, mode);
    Refusals refusals;
    Stage stage{.name = "start"};
    const MigrationWork work{source_, target, refusals, report, progress_, stage};
    try {
      bring_all(work);
    } catch (const base::ThrownError& thrown) {
      if (target.is_planning()) throw;
      throw_error(stopped(thrown.error(), work));
    } catch (const fs::filesystem_error& error) {
      throw_error(stopped({ErrorCode::io, error.what(), {}}, work));
    }
    report.commits_count = target.commits_count();
    report.events_count = target.events_count();
    report.position = folder_.log().head().position;
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
    report.seconds = elapsed.count();
    return report;
  }

  void bring_all(const MigrationWork& work) {
    begin(work.target);
    migrate_users(work);
    migrate_organisations(work);
    bring_releases_and_codelists(work);
    note_what_has_no_place(work.report);
    work.refusals.throw_if_any();
  }

  // The error of a run that has begun to write. It is no refusal: a refused run writes nothing.
  base::Error stopped(base::Error error, const MigrationWork& work) const {
    const Stage& stage = work.stage;
    const std::uint64_t commits = work.target.commits_count();
    const std::string written =
        commits == 0 ? std::string("It has written nothing yet")
                     : counted(commits, "commit", "commits") + " with " +
                           counted(work.target.events_count(), "event", "events") +
                           (commits == 1 ? " is written and stays" : " are written and stay");
    error.detail = "the migration stopped at " + stage.name + " (" + std::to_string(stage.done) +
                   " of " + std::to_string(stage.total) + " done): " + error.detail + ". " +
                   written + ": run the command again to go on";
    if (is_refusal(error)) error.code = ErrorCode::unavailable;
    return error;
  }

  VerificationReport verify() const {
    try {
      return verify_site(folder_, source_, progress_);
    } catch (const base::ThrownError& thrown) {
      if (request_.dry_run) throw;
      base::Error error = thrown.error();
      error.detail = "everything was brought, but not all of it was compared: " + error.detail +
                     ". To compare again, run the command with --verify";
      throw_error(error);
    }
  }

  // The first commit: new things here never get an id of the old site's, even if the migration is
  // interrupted.
  void begin(Target& target) const {
    NextIds next = next_;
    if (known_) next.raise_to(known_->next);
    if (known_ && known_->next == next) return;
    target.append(
        {events::Stream::of_migration()},
        {events::SiteMigrationBegun{identity_, next.codelist, next.version, next.search}});
  }

  void bring_releases_and_codelists(const MigrationWork& work) {
    const SourceReleases releases = read_releases(source_, work.refusals);
    migrate_releases(work, {request_.storage, work_folder_.path(), release_stamps_}, releases);
    migrate_mappings(work, work_folder_.path() / "mappings");
    migrate_refset_versions(work);
    migrate_codelists(work, releases, known_ ? known_->next : next_);
  }

  std::uint64_t count(const std::string& query) const {
    std::int64_t rows = 0;
    source_.for_each("count", query, [&](const SourceRow& row) { rows = row.integer(0); });
    return static_cast<std::uint64_t>(rows);
  }

  struct LeftOut {
    std::uint64_t count;
    const char* singular;
    const char* plural;
    const char* why;
  };

  void note_what_has_no_place(MigrationReport& report) const {
    const std::string on_codelist =
        "EXISTS (SELECT 1 FROM django_content_type AS type WHERE type.id = item.content_type_id "
        "AND type.app_label = 'codelists' AND type.model = 'codelist') AND item.object_id IN "
        "(SELECT id FROM codelists_codelist)";
    const std::string tag_items = "SELECT count(*) FROM taggit_taggeditem AS item WHERE NOT (";
    const LeftOut all[] = {
        {source_.count("django_admin_log"), "entry of the admin pages' log",
         "entries of the admin pages' log", "they are no events of this site"},
        {source_.count("django_session"), "session", "sessions", "people sign in again"},
        {source_.count("auth_group"), "group of rights", "groups of rights",
         "OpenCodelists does not use them"},
        {count("SELECT count(*) FROM taggit_tag WHERE id NOT IN "
               "(SELECT tag_id FROM taggit_taggeditem)"),
         "tag that nothing has", "tags that nothing has", "a tag is always one of a codelist here"},
        {source_.count("taggit_tag"), "slug of a tag", "slugs of tags",
         "tags have only their names here"},
        {count(tag_items + on_codelist + ")"), "tag of something other than a codelist",
         "tags of something other than codelists", "only codelists have tags here"},
        {source_.count("codelists_cachedhierarchy"), "cached hierarchy", "cached hierarchies",
         "they are made from the releases"},
        {count("SELECT count(*) FROM codelists_codelistversion WHERE cached_csv_data <> '{}'"),
         "cached download", "cached downloads", "they are made when they are asked for"},
    };
    for (const LeftOut& what : all) {
      if (what.count == 0) continue;
      report.left_out.push_back(counted(what.count, what.singular, what.plural) + ": " + what.why);
    }
  }

  site::DataFolder& folder_;
  const MigrationRequest& request_;
  const site::ReportProgress& progress_;
  const WorkFolder work_folder_;
  const SourceDatabase source_;
  NextIds next_;
  base::Sha256 identity_{};
  ReleaseStamps release_stamps_;
  std::optional<MigrationRecord> known_;  // of the last run
};

}  // namespace

void MigrationWork::advance(const std::string& name, std::uint64_t done,
                            std::uint64_t total) const {
  stage = {name, done, total};
  if (!progress || progress({target.is_planning() ? "checking " + name : name, done, total})) {
    return;
  }
  throw_error(ErrorCode::unavailable, target.is_planning()
                                          ? "the migration was stopped before it wrote anything"
                                          : "nobody waits for it any longer");
}

base::Result<MigrationOutcome> migrate_site(site::DataFolder& folder,
                                            const MigrationRequest& request,
                                            const site::ReportProgress& progress) {
  try {
    return Migration(folder, request, progress).run();
  } catch (const base::ThrownError& thrown) {
    return thrown.error();
  } catch (const fs::filesystem_error& error) {
    return base::Error{ErrorCode::io, error.what(), {}};
  }
}

}  // namespace codelog::migration
