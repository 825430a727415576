#include "server/migration/release_migration.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

#include "coding_systems/index/previous_file.h"
#include "coding_systems/versioning/alias.h"
#include "events/base/file.h"
#include "server/commands/release_commands.h"
#include "server/migration/thrown.h"

namespace codelog::migration {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using coding_systems::FileStamp;
using coding_systems::ReleaseFileRule;
using events::ReleaseRegistered;
using events::Stream;
using projections::ReleaseRecord;

// Takes the changes of a write-ahead log into the file itself, or undoes those of a journal.
void take_in_companions(const fs::path& file) {
  try {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    database.exec("PRAGMA journal_mode = DELETE");
  } catch (const SQLite::Exception& exception) {
    throw_error(ErrorCode::corrupt, file.filename().string() + ": " + exception.what());
  }
}

// A copy gets its original's time, so that a later run need not read the files that are the same.
bool is_copy_of(const fs::path& copy, const fs::path& original) {
  std::error_code error;
  if (!fs::exists(copy, error) || has_companions(stamps_of(original))) {
    return false;
  }
  const FileStamp there = value_or_throw(coding_systems::stamp_of(original));
  const FileStamp here = value_or_throw(coding_systems::stamp_of(copy));
  return here.size_bytes == there.size_bytes && here.modified_ns == there.modified_ns;
}

// Makes the bytes of the copy and the time of its original durable.
void finish_copy(const fs::path& copy, const FileStamp& original) {
  constexpr std::int64_t ns_per_second = 1'000'000'000;
  const timespec time = {.tv_sec = original.modified_ns / ns_per_second,
                         .tv_nsec = original.modified_ns % ns_per_second};
  const base::Descriptor file = base::open_file(copy, O_RDWR);
  const timespec times[2] = {time, time};
  if (!file || ::futimens(file.get(), times) != 0 || ::fsync(file.get()) != 0) {
    const auto error = base::system_error("cannot sync", copy);
    throw_error(error);
  }
}

std::uint64_t concepts_of(const coding_systems::Release& release) {
  std::uint64_t count = 0;
  const auto nodes_count = release.hierarchy().size();
  for (std::size_t node = 0; node < nodes_count; ++node) {
    if (release.has_concept(static_cast<coding_systems::Node>(node))) ++count;
  }
  return count;
}

class ReleaseMigration {
 public:
  ReleaseMigration(const MigrationWork& work, const ReleasePlaces& places)
      : work_(work), places_(places), views_(work.target.views()) {}

  void bring(ReleaseRegistered release) {
    ++work_.report.releases.found;
    const auto known = views_.release(release.alias);
    if (known && !may_change(release, *known)) return;
    const bool has_file = find_file(release);
    const fs::path original = original_of(release);
    const fs::path file = coding_systems::release_files(work_.target.folder().path(),
                                                        release.coding_system, release.alias)
                              .database;
    const bool is_there =
        has_file && known && known->file_digest != base::Sha256{} && is_copy_of(file, original);
    if (is_there) {
      release.file_digest = known->file_digest;
      release.concepts_count = known->concepts_count;
    }
    if (known && (is_there || !has_file) && is_same(release, *known)) return;
    ++(known ? work_.report.releases.changed : work_.report.releases.added);
    if (!has_file || is_there) return append(std::move(release));
    if (work_.target.is_planning()) {
      places_.stamps[original] = stamps_of(original);
      return append(std::move(release));
    }
    bring_file(std::move(release), original, file);
  }

  // Files that belong to no release of the old site's.
  void note_other_files(const SourceReleases& releases) {
    std::set<fs::path> known;
    for (const auto& [id, release] : releases) {
      if (!release.alias.empty()) known.insert(original_of(release));
    }
    std::error_code error;
    for (fs::recursive_directory_iterator file(places_.storage / "coding_systems", error), end;
         !error && file != end; file.increment(error)) {
      const std::string name = file->path().filename().string();
      const bool is_companion = name.ends_with("-wal") || name.ends_with("-shm");
      if (!file->is_regular_file() || is_companion || known.contains(file->path())) continue;
      work_.report.left_out.push_back("the file " +
                                      file->path().lexically_relative(places_.storage).string() +
                                      ", which belongs to no release");
    }
  }

 private:
  fs::path original_of(const ReleaseRegistered& release) const {
    return coding_systems::release_files(places_.storage, release.coding_system, release.alias)
        .database;
  }

  // False if the release stays as it is here: an operator has imported it into this site.
  bool may_change(const ReleaseRegistered& release, const ReleaseRecord& known) {
    if (known.coding_system != release.coding_system) {
      throw_error(ErrorCode::conflict, "release " + release.alias + " is one of " +
                                           known.coding_system + " here, and one of " +
                                           release.coding_system + " in the old site");
    }
    const auto own = work_.target.own_change(Stream::of_release(release.alias));
    if (!own) return true;
    if (known.name != release.name || known.valid_from != release.valid_from) {
      throw_error(ErrorCode::conflict,
                  "release " + release.alias + " is another one here (" + *own + ")");
    }
    work_.report.kept.push_back("release " + release.alias + ", imported here (" + *own + ")");
    return false;
  }

  // True if the release has a file to bring; otherwise reports why not, if it should have one.
  bool find_file(const ReleaseRegistered& release) {
    const auto* system = coding_systems::find_coding_system(release.coding_system);
    const fs::path original = original_of(release);
    std::error_code error;
    const bool is_there = fs::is_regular_file(original, error);
    const std::string name = original.lexically_relative(places_.storage).string();
    if (release.state != events::ReleaseState::ready) {
      work_.report.left_out.push_back("release " + release.alias +
                                      " was being imported: import it again" +
                                      (is_there ? "; its file " + name + " is not brought" : ""));
      return false;
    }
    if (system->release_file == ReleaseFileRule::never) return false;
    // OpenCodelists has no files of the other systems without one.
    if (system->release_file == ReleaseFileRule::where_imported) {
      return is_there && release.alias != commands::unknown_release_alias(release.coding_system);
    }
    if (!is_there) {
      work_.report.left_out.push_back("the file of release " + release.alias +
                                      ": the old site has no " + name);
    }
    return is_there;
  }

  static bool is_same(const ReleaseRegistered& release, const ReleaseRecord& known) {
    return known.name == release.name && known.valid_from == release.valid_from &&
           known.import_ref == release.import_ref && known.state == release.state &&
           known.imported_at == release.imported_at && known.file_digest == release.file_digest;
  }

  void append(ReleaseRegistered release) {
    const Stream stream = Stream::of_release(release.alias);
    work_.target.append({stream}, {std::move(release)});
  }

  // A release must be as it was when the database was read, and its files must fit together.
  void copy_of_one_moment(const fs::path& original, const fs::path& copied) const {
    const auto planned = places_.stamps.find(original);
    const DatabaseStamps stamps = stamps_of(original);
    copy_files(original, copied, stamps);
    if (planned == places_.stamps.end() || planned->second != stamps ||
        stamps_of(original) != stamps) {
      throw_error(ErrorCode::unavailable,
                  "the old site has written to " + original.string() +
                      " during the migration: wait until its import is done, or stop it");
    }
    if (has_companions(stamps)) take_in_companions(copied);
    finish_copy(copied, *stamps[0]);
  }

  void bring_file(ReleaseRegistered release, const fs::path& original, const fs::path& file) {
    const fs::path copied = places_.work / file.filename();
    copy_of_one_moment(original, copied);
    const auto digest = base::sha256_file(copied);
    if (!digest) throw_error(digest.error());
    release.file_digest = *digest;
    const auto known = views_.release(release.alias);
    std::error_code error;
    if (known && fs::exists(file, error) && is_same(release, *known)) {
      --work_.report.releases.changed;
      return;
    }
    fs::create_directories(file.parent_path(), error);
    auto previous = coding_systems::PreviousFile::keep(file);
    if (!previous) throw_error(previous.error());
    fs::rename(copied, file, error);
    if (error) throw_error(ErrorCode::io, "cannot make " + file.string() + ": " + error.message());
    check_done(base::sync_folder(file.parent_path()));
    // Opening makes the index, and shows whether the release can be used.
    const auto opened =
        work_.target.folder().releases().reload(release.coding_system, release.alias, *digest);
    if (opened) {
      release.concepts_count = concepts_of(**opened);
    } else {
      work_.report.left_out.push_back("the content of release " + release.alias + ": " +
                                      opened.error().detail);
    }
    append(std::move(release));
    previous->let_go();
  }

  const MigrationWork& work_;
  const ReleasePlaces& places_;
  const projections::Views views_;
};

}  // namespace

void migrate_releases(const MigrationWork& work, const ReleasePlaces& places,
                      const SourceReleases& releases) {
  ReleaseMigration migration(work, places);
  std::set<std::string> aliases;
  for (const auto& [id, release] : releases) {
    if (release.alias.empty()) continue;  // refused
    work.advance("releases", work.report.releases.found, releases.size());
    aliases.insert(release.alias);
    work.refusals.attempt([&, &release = release] { migration.bring(release); });
  }
  migration.note_other_files(releases);
  for (const ReleaseRecord& release : work.target.views().releases()) {
    if (aliases.contains(release.alias)) continue;
    if (!work.target.was_migrated(Stream::of_release(release.alias))) continue;
    work.report.kept.push_back("release " + release.alias +
                               ", which the old site has deleted since");
  }
}

void migrate_refset_versions(const MigrationWork& work) {
  std::vector<events::RefsetVersionRecorded> found;
  if (!work.refusals.attempt([&] { found = read_refset_versions(work.source); })) return;
  work.report.refset_versions.found = found.size();
  const projections::Views views = work.target.views();
  std::vector<projections::RefsetVersionRecord> known =
      views.refset_versions(events::RefsetKind::pcd);
  for (auto& record : views.refset_versions(events::RefsetKind::drug)) {
    known.push_back(std::move(record));
  }
  for (const events::RefsetVersionRecorded& version : found) {
    const auto is_this = [&](const projections::RefsetVersionRecord& record) {
      return record.kind == version.kind && record.release == version.release &&
             record.tag == version.tag && record.release_date == version.release_date &&
             record.recorded_at == version.recorded_at;
    };
    const auto same = std::ranges::find_if(known, is_this);
    if (same != known.end()) {
      known.erase(same);
      continue;
    }
    // A commit of its own for each: the views know them by position.
    work.refusals.attempt(
        [&] { work.target.append({Stream::of_refset(version.kind)}, {version}); });
    ++work.report.refset_versions.added;
  }
  for (const projections::RefsetVersionRecord& record : known) {
    work.report.kept.push_back("version " + record.release + " of the " +
                               std::string(events::to_string(record.kind)) +
                               " refsets, which the old site does not have");
  }
}

}  // namespace codelog::migration
