#include "server/migration/codelist_migration.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "events/base/version_hash.h"
#include "server/migration/codelist_events.h"
#include "server/migration/thrown.h"

namespace codelog::migration {
namespace {

using base::ErrorCode;
using events::Event;
using events::Stream;
using projections::CodelistRecord;
using projections::VersionRecord;
using projections::Views;

// Far below the limit of a commit, of which one large version may still be a part.
constexpr std::size_t batch_bytes_max = 8u << 20;
constexpr std::size_t batch_events_max = 10'000;
constexpr const char* gone = "deleted in OpenCodelists";
constexpr const char* made_again = "changed in OpenCodelists";

std::size_t bytes_of(const SourceContent& content) {
  constexpr std::size_t code_bytes = 12;
  std::size_t bytes = content.codes.size() * code_bytes;
  if (content.csv_data) bytes += content.csv_data->size();
  for (const auto& search : content.searches) bytes += search.codes.size() * code_bytes;
  return bytes;
}

// The events of one codelist, in as few commits as they fit into.
class CodelistBatch {
 public:
  CodelistBatch(Target& target, CodelistId codelist, std::string name)
      : target_(target), stream_(Stream::of_codelist(codelist)), name_(std::move(name)) {}

  // Throws: conflict, if the codelist was changed here.
  void add(std::vector<Event> events, std::size_t bytes) {
    if (events.empty()) return;
    if (!is_checked_) check_no_own_change();
    if (bytes_ + bytes > batch_bytes_max || events_.size() > batch_events_max) flush();
    bytes_ += bytes;
    std::ranges::move(events, std::back_inserter(events_));
  }

  void touch(const Owner& owner) { names_.push_back(Stream::of_names(owner)); }

  void flush() {
    if (events_.empty()) return;
    std::vector<Stream> streams = std::exchange(names_, {});
    streams.push_back(stream_);
    bytes_ = 0;
    try {
      target_.append(std::move(streams), std::exchange(events_, {}));
    } catch (const base::ThrownError& thrown) {
      throw_error(thrown.error().code, name_ + ": " + thrown.error().detail);
    }
  }

 private:
  void check_no_own_change() {
    is_checked_ = true;
    if (const auto own = target_.own_change(stream_)) {
      throw_error(ErrorCode::conflict,
                  name_ + " differs from the old site's and was changed here (" + *own + ")");
    }
  }

  Target& target_;
  const Stream stream_;
  const std::string name_;
  std::vector<Stream> names_;
  std::vector<Event> events_;
  std::size_t bytes_ = 0;
  bool is_checked_ = false;
};

class CodelistMigration {
 public:
  CodelistMigration(const MigrationWork& work, const SourceReleases& releases,
                    const events::NextIds& first_own)
      : work_(work), releases_(releases), first_own_(first_own) {
    for (const auto& [id, release] : releases_) {
      systems_.emplace(release.alias, release.coding_system);
    }
  }

  // Deletes what the old site has no longer, and what must be made again. First of all, so that
  // names and ids are free whatever the order of the rest.
  void remove_gone(const std::vector<CodelistId>& ids) {
    const std::set<CodelistId> there(ids.begin(), ids.end());
    for (const CodelistId id : work_.target.views().codelist_ids()) {
      if (id >= first_own_.codelist) continue;
      work_.refusals.attempt([&] { remove_gone(id, there.contains(id)); });
    }
  }

  void bring(CodelistId id) {
    Refusals refusals;
    SourceCodelist codelist;
    refusals.attempt([&] { codelist = read_codelist(work_.source, id); });
    auto versions = read_versions(work_.source, releases_, id, refusals);
    if (refusals.count() > 0 || is_on_refused_release(versions)) {
      return check_contents(versions, refusals);
    }
    if (codelist.handles.empty()) return leave_out(codelist, versions);
    ++work_.report.codelists.found;
    correct(codelist, work_.report);
    CodelistBatch batch(work_.target, id, name_of(codelist));
    const Views views = work_.target.views();
    refusals.attempt([&] { bring_details(codelist, views.codelist(id), batch); });
    for (SourceVersion& version : versions) {
      ++work_.report.versions.found;
      correct(version, codelist, work_.report);
      refusals.attempt([&] { bring_version(version, codelist, views, batch); });
    }
    refusals.throw_if_any();
    batch.flush();
  }

 private:
  static bool is_on_refused_release(const std::vector<SourceVersion>& versions) {
    return std::ranges::any_of(versions,
                               [](const auto& version) { return version.release.empty(); });
  }

  // Only names what does not fit.
  void check_contents(const std::vector<SourceVersion>& versions, Refusals& refusals) const {
    for (const SourceVersion& version : versions) {
      refusals.attempt([&] { (void)read_content(work_.source, version.id); });
    }
    refusals.throw_if_any();
  }

  void leave_out(const SourceCodelist& codelist, const std::vector<SourceVersion>& versions) {
    std::string hashes;
    for (const SourceVersion& version : versions) hashes += " " + base::version_hash(version.id);
    work_.report.left_out.push_back("codelist " + std::to_string(codelist.id.value()) +
                                    ", which has no name in the old site, with its versions" +
                                    (hashes.empty() ? " (none)" : hashes));
  }

  // --- Deleting

  void remove_gone(CodelistId id, bool is_there) {
    const Views views = work_.target.views();
    const auto known = views.codelist(id);
    const auto versions = views.versions_of(id);
    CodelistBatch batch(work_.target, id, name_of(*known));
    SourceCodelist codelist;
    std::vector<SourceVersion> versions_there;
    if (is_there) {
      Refusals refusals;
      refusals.attempt([&] { codelist = read_codelist(work_.source, id); });
      versions_there = read_versions(work_.source, releases_, id, refusals);
      if (refusals.count() > 0) return;  // bring() names them.
    }
    if (!codelist.handles.empty()) {
      correct(codelist, ignored_);
      if (changes_of(codelist, *known)) return remove_versions(versions_there, versions, batch);
    } else {
      ++work_.report.codelists.removed;
      work_.report.versions.removed += versions.size();
    }
    std::vector<Event> all;
    for (const VersionRecord& version : versions) {
      check_not_own(version, *known);
      all.emplace_back(
          events::VersionDeleted{version.id, events::DeletionCause::with_codelist, gone});
    }
    all.emplace_back(events::CodelistDeleted{id, events::DeletionCause::requested,
                                             codelist.handles.empty() ? gone : made_again});
    for (const auto& handle : known->handles) batch.touch(handle.owner);
    batch.add(std::move(all), 0);
    batch.flush();
  }

  void remove_versions(const std::vector<SourceVersion>& versions,
                       const std::vector<VersionRecord>& known, CodelistBatch& batch) {
    for (const VersionRecord& version : known) {
      if (version.id >= first_own_.version) continue;
      const bool is_there =
          std::ranges::find(versions, version.id, &SourceVersion::id) != versions.end();
      if (is_there) continue;
      ++work_.report.versions.removed;
      batch.add({events::VersionDeleted{version.id, events::DeletionCause::requested, gone}}, 0);
    }
    batch.flush();
  }

  void check_not_own(const VersionRecord& version, const CodelistRecord& codelist) const {
    if (version.id < first_own_.version) return;
    throw_error(ErrorCode::conflict, "version " + base::version_hash(version.id) + " of " +
                                         name_of(codelist) +
                                         " was made here, but the old site has deleted or replaced "
                                         "its codelist");
  }

  // --- Details

  // A codelist that was made here keeps its addresses and names. Those of others that were brought
  // follow the old site, where they are free.
  void check_names_free(const SourceCodelist& codelist) const {
    const Views views = work_.target.views();
    const auto check = [&](const char* kind, const std::string& text,
                           const std::optional<CodelistId>& holder) {
      if (!holder || *holder == codelist.id || *holder < first_own_.codelist) return;
      throw_error(ErrorCode::conflict,
                  "codelist " + std::to_string(codelist.id.value()) + " has the " + kind + " '" +
                      text + "' in the old site, but codelist " + std::to_string(holder->value()) +
                      ", which was made here, has it already");
    };
    for (const SourceHandle& handle : codelist.handles) {
      check("slug", handle.slug, views.handle_with_slug(handle.owner, handle.slug));
      check("name", handle.name, views.handle_with_name(handle.owner, handle.name));
    }
  }

  void bring_details(const SourceCodelist& codelist, const std::optional<CodelistRecord>& known,
                     CodelistBatch& batch) {
    std::optional<std::vector<Event>> changes;
    if (known) changes = changes_of(codelist, *known);
    if (changes && changes->empty()) return;
    check_names_free(codelist);
    for (const SourceHandle& handle : codelist.handles) batch.touch(handle.owner);
    if (changes) {
      ++work_.report.codelists.changed;
      batch.add(*std::move(changes), 0);
      return;
    }
    // When planning, a codelist that must be made again is still there.
    ++(known ? work_.report.codelists.changed : work_.report.codelists.added);
    batch.add(creation_of(codelist), 0);
  }

  // --- Versions

  void bring_version(const SourceVersion& version, const SourceCodelist& codelist,
                     const Views& views, CodelistBatch& batch) {
    check_release(version, codelist);
    SourceContent content = read_content(work_.source, version.id);
    correct(content, version, codelist, work_.report);
    const auto record = views.version(version.id);
    if (!record) {
      ++work_.report.versions.added;
      return create(version, std::move(content), batch);
    }
    const auto changes =
        changes_of(version, KnownVersion{*record, views.compatible_releases(version.id)});
    if (changes && has_content(views, *record, content)) {
      if (changes->empty()) return;
      ++work_.report.versions.changed;
      return batch.add(*changes, 0);
    }
    ++work_.report.versions.changed;
    // A codelist's commits never delete a version of another one: its past is read from them alone.
    if (record->codelist == version.codelist) {
      batch.add({events::VersionDeleted{version.id, events::DeletionCause::requested, made_again}},
                0);
    }
    create(version, std::move(content), batch);
  }

  void create(const SourceVersion& version, SourceContent content, CodelistBatch& batch) {
    work_.report.codes_count += content.codes.size();
    work_.report.searches_count += content.searches.size();
    const std::size_t bytes = bytes_of(content);
    batch.add(creation_of(version, std::move(content)), bytes);
  }

  static bool has_content(const Views& views, const VersionRecord& record,
                          const SourceContent& content) {
    if (record.has_csv_data != content.csv_data.has_value()) return false;
    if (record.codes_count() != content.codes.size()) return false;
    const auto searches = views.searches(record.id);
    const auto is_same_search = [](const projections::SearchRecord& known,
                                   const events::SearchWithResults& search) {
      return known.search == search;
    };
    return std::ranges::equal(searches, content.searches, is_same_search) &&
           views.codes(record.id) == content.codes && views.csv_data(record.id) == content.csv_data;
  }

  void check_release(const SourceVersion& version, const SourceCodelist& codelist) {
    const std::string& system = systems_.at(version.release);
    if (system == codelist.coding_system) return;
    work_.report.left_out.push_back("the terms of " + name_of(version, codelist) +
                                    ": its release " + version.release + " is one of " + system);
  }

  const MigrationWork& work_;
  const SourceReleases& releases_;
  const events::NextIds first_own_;
  std::map<std::string, std::string> systems_;  // by the alias of a release
  MigrationReport ignored_;  // corrections are reported when the codelist is brought
};

}  // namespace

void migrate_codelists(const MigrationWork& work, const SourceReleases& releases,
                       const events::NextIds& first_own) {
  CodelistMigration migration(work, releases, first_own);
  const auto ids = read_codelist_ids(work.source);
  migration.remove_gone(ids);
  std::uint64_t done = 0;
  for (const CodelistId id : ids) {
    work.advance("codelists", done++, ids.size());
    work.refusals.attempt([&] { migration.bring(id); });
  }
}

}  // namespace codelog::migration
