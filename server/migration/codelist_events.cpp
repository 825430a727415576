#include "server/migration/codelist_events.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "events/base/version_hash.h"
#include "server/commands/details_changes.h"

namespace codelog::migration {
namespace {

using events::Event;
using projections::CodelistRecord;
using projections::Handle;

std::string full_slug(const Owner& owner, const std::string& slug) {
  return (owner.kind == events::OwnerKind::user ? "user/" : "") + owner.name + "/" + slug;
}

// Of a codelist that has been corrected.
const SourceHandle& current_handle(const SourceCodelist& codelist) {
  const auto current = std::ranges::find_if(codelist.handles, &SourceHandle::is_current);
  return current == codelist.handles.end() ? codelist.handles.back() : *current;
}

events::CodelistHandleChanged handle_change(CodelistId codelist, const SourceHandle& handle) {
  return {codelist, handle.owner, handle.name, handle.slug};
}

events::CodelistMigrated migrated(const SourceCodelist& codelist) {
  events::CodelistMigrated event{.codelist = codelist.id,
                                 .created_at = codelist.created_at,
                                 .updated_at = codelist.updated_at,
                                 .handles = {},
                                 .collaborators = codelist.collaborators};
  for (const SourceHandle& handle : codelist.handles) {
    event.handles.push_back({events::to_string(handle.owner) + "/" + handle.slug, handle.created_at,
                             handle.updated_at});
  }
  return event;
}

events::VersionMigrated migrated(const SourceVersion& version) {
  return {version.id, version.updated_at, version.compatible_releases};
}

const Handle* find_handle(const CodelistRecord& known, const SourceHandle& handle) {
  const auto found = std::ranges::find_if(known.handles, [&](const Handle& other) {
    return other.owner == handle.owner && other.slug == handle.slug;
  });
  return found == known.handles.end() ? nullptr : &*found;
}

bool has_all_handles_of(const SourceCodelist& codelist, const CodelistRecord& known) {
  return std::ranges::all_of(known.handles, [&](const Handle& handle) {
    return std::ranges::any_of(codelist.handles, [&](const SourceHandle& other) {
      return other.owner == handle.owner && other.slug == handle.slug;
    });
  });
}

void add_handle_changes(const SourceCodelist& codelist, const CodelistRecord& known,
                        std::vector<Event>& all) {
  const SourceHandle& current = current_handle(codelist);
  for (const SourceHandle& handle : codelist.handles) {
    const Handle* other = find_handle(known, handle);
    const bool is_same = other != nullptr && other->name == handle.name;
    if (!is_same && &handle != &current) all.emplace_back(handle_change(codelist.id, handle));
  }
  const Handle& here = known.handle();
  const bool is_current_here =
      here.owner == current.owner && here.slug == current.slug && here.name == current.name;
  // Every change makes a handle the current one, so the current one comes last.
  if (!all.empty() || !is_current_here) all.emplace_back(handle_change(codelist.id, current));
}

commands::CodelistDetails details_of(const SourceCodelist& codelist) {
  commands::CodelistDetails details{.description = codelist.description,
                                    .methodology = codelist.methodology,
                                    .references = codelist.references,
                                    .signoffs = codelist.signoffs,
                                    .collaborators = {},
                                    .tags = codelist.tags,
                                    .is_private = codelist.is_private};
  for (const events::CollaboratorTimes& collaborator : codelist.collaborators) {
    details.collaborators.push_back(collaborator.username);
  }
  return details;
}

}  // namespace

// --- Names

std::string name_of(const SourceCodelist& codelist) {
  const SourceHandle& handle = current_handle(codelist);
  return "codelist " + full_slug(handle.owner, handle.slug) + " (" +
         std::to_string(codelist.id.value()) + ")";
}

std::string name_of(const CodelistRecord& codelist) {
  return "codelist " + full_slug(codelist.handle().owner, codelist.handle().slug) + " (" +
         std::to_string(codelist.id.value()) + ")";
}

std::string name_of(const SourceVersion& version, const SourceCodelist& codelist) {
  return "version " + base::version_hash(version.id) + " of " + name_of(codelist);
}

// --- Corrections

void correct(SourceCodelist& codelist, MigrationReport& report) {
  const auto current_count = std::ranges::count_if(codelist.handles, &SourceHandle::is_current);
  if (current_count != 1) {
    const auto last =
        std::find_if(codelist.handles.rbegin(), codelist.handles.rend(),
                     [&](const auto& handle) { return current_count == 0 || handle.is_current; });
    const Owner owner = last->owner;
    const std::string slug = last->slug;
    for (SourceHandle& handle : codelist.handles) {
      handle.is_current = handle.owner == owner && handle.slug == slug;
    }
    report.corrected.push_back(name_of(codelist) + " has " + std::to_string(current_count) +
                               " current handles in the old site: here this is the only one");
  }
  std::set<std::string> seen;
  const auto repeated = std::erase_if(codelist.collaborators, [&](const auto& collaborator) {
    return !seen.insert(collaborator.username).second;
  });
  if (repeated > 0) {
    report.corrected.push_back(name_of(codelist) +
                               " names the same collaborator more than once in the old site");
  }
}

void correct(SourceVersion& version, const SourceCodelist& codelist, MigrationReport& report) {
  if (!version.tag || !version.tag->empty()) return;
  version.tag.reset();
  report.corrected.push_back(name_of(version, codelist) + " has an empty tag: here it has none");
}

void correct(SourceContent& content, const SourceVersion& version, const SourceCodelist& codelist,
             MigrationReport& report) {
  if (content.csv_data && content.csv_data->empty()) {
    content.csv_data.reset();
    report.corrected.push_back(name_of(version, codelist) +
                               " has an empty table: here it has codes with statuses");
  }
  const bool has_other_content = !content.codes.empty() || !content.searches.empty();
  if (!content.csv_data || !has_other_content) return;
  report.left_out.push_back(std::to_string(content.codes.size()) + " statuses of codes and " +
                            std::to_string(content.searches.size()) + " searches of " +
                            name_of(version, codelist) + ", whose codes are those of its table");
  content.codes.clear();
  content.searches.clear();
}

// --- Codelists

std::vector<Event> creation_of(const SourceCodelist& codelist) {
  const SourceHandle& first = codelist.handles.front();
  const SourceHandle& current = current_handle(codelist);
  std::vector<Event> all = {events::CodelistCreated{.codelist = codelist.id,
                                                    .coding_system = codelist.coding_system,
                                                    .owner = first.owner,
                                                    .name = first.name,
                                                    .slug = first.slug,
                                                    .description = codelist.description,
                                                    .methodology = codelist.methodology,
                                                    .references = codelist.references,
                                                    .signoffs = codelist.signoffs,
                                                    .cloned_from = {},
                                                    .created_at = codelist.created_at}};
  for (std::size_t i = 1; i < codelist.handles.size(); ++i) {
    all.emplace_back(handle_change(codelist.id, codelist.handles[i]));
  }
  if (&current != &codelist.handles.back()) all.emplace_back(handle_change(codelist.id, current));
  const auto details = details_of(codelist);
  std::ranges::move(
      commands::details_changes(codelist.id, commands::details_at_creation(details), details),
      std::back_inserter(all));
  all.emplace_back(migrated(codelist));
  return all;
}

std::optional<std::vector<Event>> changes_of(const SourceCodelist& codelist,
                                             const CodelistRecord& known) {
  if (codelist.coding_system != known.coding_system || !has_all_handles_of(codelist, known)) {
    return std::nullopt;
  }
  std::vector<Event> all;
  add_handle_changes(codelist, known, all);
  std::ranges::move(
      commands::details_changes(codelist.id, commands::details_of(known), details_of(codelist)),
      std::back_inserter(all));
  const bool has_same_rest =
      codelist.created_at == known.created_at && codelist.updated_at == known.updated_at;
  if (!all.empty() || !has_same_rest) all.emplace_back(migrated(codelist));
  return all;
}

// --- Versions

std::vector<Event> creation_of(const SourceVersion& version, SourceContent content) {
  events::VersionCreated created{.version = version.id,
                                 .codelist = version.codelist,
                                 .status = version.status,
                                 .origin = events::VersionOrigin::migration,
                                 .tag = version.tag,
                                 .author = version.author,
                                 .release = version.release,
                                 .source = {},
                                 .csv_data = std::move(content.csv_data),
                                 .codes = std::move(content.codes),
                                 .searches = std::move(content.searches)};
  created.created_at = version.created_at;
  return {std::move(created), migrated(version)};
}

std::optional<std::vector<Event>> changes_of(const SourceVersion& version,
                                             const KnownVersion& known) {
  using events::VersionStatus;
  const projections::VersionRecord& record = known.record;
  // A version never goes back to an earlier status, nor changes the rest.
  if (version.codelist != record.codelist || version.tag != record.tag ||
      version.author != record.author || version.release != record.release ||
      version.created_at != record.created_at || version.status < record.status) {
    return std::nullopt;
  }
  std::vector<Event> all;
  if (record.status == VersionStatus::draft && version.status != VersionStatus::draft) {
    all.emplace_back(events::VersionSavedForReview{version.id});
  }
  if (record.status != version.status && version.status == VersionStatus::published) {
    all.emplace_back(events::VersionPublished{version.id});
  }
  // This site may have found more releases on which the version is the same.
  events::VersionMigrated rest = migrated(version);
  rest.compatible_releases.clear();
  std::ranges::set_difference(version.compatible_releases, known.compatible_releases,
                              std::back_inserter(rest.compatible_releases));
  const bool has_same_rest =
      version.updated_at == record.updated_at && rest.compatible_releases.empty();
  if (!all.empty() || !has_same_rest) all.emplace_back(std::move(rest));
  return all;
}

}  // namespace codelog::migration
