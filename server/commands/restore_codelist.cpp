#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <tuple>

#include "server/commands/codelist_commands.h"
#include "server/commands/details_changes.h"
#include "server/commands/permissions.h"
#include "server/commands/validation.h"

namespace codelog::commands {
namespace {

using projections::CodelistRecord;
using projections::Handle;
using projections::VersionRecord;

// Calls `use` with each codelist that has ever taken this name, the newest first, until it returns
// true. A commit that cannot be read names none.
void for_codelists_named(const events::Log& log, const Owner& owner, const std::string& slug,
                         const std::function<bool(CodelistId)>& use) {
  std::set<CodelistId> seen;
  const auto is_wanted = [&](const auto* event) {
    return event != nullptr && event->owner == owner && event->slug == slug &&
           seen.insert(event->codelist).second;
  };
  const Stream stream = Stream::of_names(owner);
  const auto reader =
      log.read_stream(stream, log.stream_version(stream), events::Direction::backward);
  while (const auto commit = reader->next()) {
    if (!*commit) continue;
    for (const events::Event& event : (*commit)->content.events) {
      const auto* created = std::get_if<events::CodelistCreated>(&event);
      if (is_wanted(created) && use(created->codelist)) return;
      const auto* changed = std::get_if<events::CodelistHandleChanged>(&event);
      if (is_wanted(changed) && use(changed->codelist)) return;
    }
  }
}

bool has_handle(const CodelistRecord& codelist, const Owner& owner, const std::string& slug) {
  return std::ranges::any_of(codelist.handles, [&](const Handle& handle) {
    return handle.owner == owner && handle.slug == slug;
  });
}

// The views of the codelist at the moment, with all contents.
Result<std::unique_ptr<projections::Store>> past_of(const Site& site, CodelistId id,
                                                    const projections::Moment& moment) {
  return projections::views_as_of(site.log, site.projections.views().store(),
                                  {.codelist = id, .moment = moment, .has_all_contents = true});
}

// The events that make the versions as they were.
struct VersionEvents {
  std::vector<events::Event> deletions;
  std::vector<events::Event> creations;
};

// Compares the versions then and now. Slow: reads all codes of those that differ.
class VersionComparison {
 public:
  VersionComparison(const Views& then, const Views& now, CodelistId id, const std::string& reason)
      : then_(then), now_(now), id_(id), reason_(reason) {}

  VersionEvents compare() {
    for (const VersionRecord& version : now_.versions_of(id_)) {
      const auto then = then_.version(version.id);
      if (then && is_same(*then, version)) continue;
      events_.deletions.emplace_back(
          events::VersionDeleted{version.id, events::DeletionCause::requested, reason_});
    }
    for (const VersionRecord& version : then_.versions_of(id_)) {
      const auto present = now_.version(version.id);
      if (!present || !is_same(version, *present)) create_version(version);
    }
    return std::move(events_);
  }

 private:
  // True for versions with equal content. A release marked as compatible since then is no change.
  bool is_same(const VersionRecord& then, const VersionRecord& now) const {
    const auto facts = [](const VersionRecord& version) {
      return std::tie(version.status, version.origin, version.tag, version.author, version.release,
                      version.release_digest, version.source, version.has_csv_data,
                      version.assumptions_count, version.counts);
    };
    if (facts(then) != facts(now)) return false;
    if (then.changed_at == now.changed_at) return true;
    return then_.codes(then.id) == now_.codes(now.id) &&
           then_.searches(then.id) == now_.searches(now.id) &&
           then_.csv_data(then.id) == now_.csv_data(now.id) &&
           then_.assumptions(then.id) == now_.assumptions(now.id);
  }

  void create_version(const VersionRecord& version) {
    const auto compatible = then_.compatible_releases(version.id);
    // Only saving marks releases as compatible.
    const bool is_saved_again =
        version.status != events::VersionStatus::draft && !compatible.empty();
    events::VersionCreated created{
        .version = version.id,
        .codelist = id_,
        .status = is_saved_again ? events::VersionStatus::draft : version.status,
        .origin = version.origin,
        .tag = version.tag,
        .author = version.author,
        .release = version.release,
        .release_digest = version.release_digest,
        .source = version.source,
        .csv_data = then_.csv_data(version.id),
        .codes = then_.codes(version.id),
        .searches = {},
        .assumed = then_.assumptions(version.id),
        .created_at = version.created_at};
    std::optional<events::VersionContent> content;
    if (version.content_digest != base::Sha256{}) {
      content = {version.release, version.release_digest, version.content_digest,
                 version.download_digest};
    }
    if (!is_saved_again) created.content = content;
    for (projections::SearchRecord& search : then_.searches(version.id)) {
      created.searches.push_back(std::move(search.search));
    }
    events_.creations.emplace_back(std::move(created));
    if (!is_saved_again) return;
    events_.creations.emplace_back(events::VersionSavedForReview{version.id, compatible, content});
    if (version.status == events::VersionStatus::published) {
      events_.creations.emplace_back(events::VersionPublished{version.id});
    }
  }

  const Views& then_;
  const Views& now_;
  const CodelistId id_;
  const std::string& reason_;
  VersionEvents events_;
};

// Decides with the codelist as it was and as it is now.
class Restoration {
 public:
  Restoration(const Views& now, const CodelistRecord& record) : now_(now), record_(record) {}

  Result<Decision> decide(const VersionEvents& versions, base::Position as_of,
                          const std::string& reason) {
    const auto current = now_.codelist(record_.id);
    const auto owner = check_owner(now_, record_.handle().owner);
    if (!owner) return Error{ErrorCode::conflict, owner.error().detail, {}};
    if (is_erased(record_.handle().owner)) {
      return Error{ErrorCode::conflict, "the codelist's owner has been erased", {}};
    }
    if (const auto free = check_names(); !free) return free.error();
    add_stream(Stream::of_codelist(record_.id));
    auto& events = decision_.events;
    events.insert(events.end(), versions.deletions.begin(), versions.deletions.end());
    current ? change_codelist(*current) : create_codelist();
    events.insert(events.end(), versions.creations.begin(), versions.creations.end());
    if (events.empty()) {
      return Error{
          ErrorCode::conflict, "the codelist is as it was then: there is nothing to restore", {}};
    }
    decision_.command = "RestoreCodelist";
    events.insert(events.begin(), events::CodelistRestored{record_.id, as_of, reason});
    return std::move(decision_);
  }

 private:
  void add_stream(const Stream& stream) {
    auto& streams = decision_.streams;
    if (std::ranges::find(streams, stream) == streams.end()) streams.push_back(stream);
  }

  bool is_erased(const std::string& username) const {
    const auto user = now_.user(username);
    return !user || user->is_erased;
  }
  bool is_erased(const Owner& owner) const {
    return owner.kind == events::OwnerKind::user && is_erased(owner.name);
  }

  bool is_taken(const Handle& handle) const {
    const auto by_slug = now_.handle_with_slug(handle.owner, handle.slug);
    const auto by_name = now_.handle_with_name(handle.owner, handle.name);
    return (by_slug && *by_slug != record_.id) || (by_name && *by_name != record_.id);
  }

  Result<void> check_names() const {
    if (!is_taken(record_.handle())) return {};
    return Error{ErrorCode::conflict,
                 to_string(record_.handle().owner) + " has another codelist named " +
                     record_.handle().name + " or " + record_.handle().slug +
                     " now: rename that one first",
                 {}};
  }

  // --- The codelist itself

  void take_handle(const Handle& handle) {
    add_stream(Stream::of_names(handle.owner));
    decision_.events.push_back(
        events::CodelistHandleChanged{record_.id, handle.owner, handle.name, handle.slug});
  }

  void create_codelist() {
    std::vector<Handle> handles;
    for (const Handle& handle : record_.handles) {
      if (!is_taken(handle)) handles.push_back(handle);
    }
    const Handle& first = handles.front();
    add_stream(Stream::of_names(first.owner));
    decision_.events.push_back(events::CodelistCreated{.codelist = record_.id,
                                                       .coding_system = record_.coding_system,
                                                       .owner = first.owner,
                                                       .name = first.name,
                                                       .slug = first.slug,
                                                       .description = record_.description,
                                                       .methodology = record_.methodology,
                                                       .references = record_.references,
                                                       .signoffs = record_.signoffs,
                                                       .cloned_from = std::nullopt,
                                                       .created_at = record_.created_at});
    for (auto handle = handles.begin() + 1; handle != handles.end(); ++handle) take_handle(*handle);
    if (handles.back() != record_.handle()) take_handle(record_.handle());
    change_details(details_at_creation(details_of(record_)));
  }

  void change_codelist(const CodelistRecord& current) {
    Handle last = current.handle();
    for (const Handle& handle : record_.handles) {
      // A name that was not free at an earlier restore.
      if (has_handle(current, handle.owner, handle.slug) || is_taken(handle)) continue;
      take_handle(handle);
      last = handle;
    }
    if (last != record_.handle()) {
      add_stream(Stream::of_names(current.handle().owner));
      take_handle(record_.handle());
    }
    change_details(details_of(current));
  }

  void change_details(const CodelistDetails& current) {
    CodelistDetails wanted = details_of(record_);
    wanted.collaborators = wanted_collaborators(current.collaborators);
    std::ranges::move(details_changes(record_.id, current, wanted),
                      std::back_inserter(decision_.events));
  }

  // Those then, but in the order of today's, which nobody restores. Nobody becomes a collaborator
  // again after having been erased.
  std::vector<std::string> wanted_collaborators(const std::vector<std::string>& current) const {
    const std::set<std::string> then(record_.collaborators.begin(), record_.collaborators.end());
    std::vector<std::string> wanted;
    std::ranges::copy_if(current, std::back_inserter(wanted),
                         [&](const std::string& username) { return then.contains(username); });
    for (const std::string& username : record_.collaborators) {
      const bool is_current = std::ranges::find(current, username) != current.end();
      if (!is_current && !is_erased(username)) wanted.push_back(username);
    }
    return wanted;
  }

  const Views& now_;
  const CodelistRecord& record_;  // then
  Decision decision_;
};

}  // namespace

RestoredCodelist restored_by(const Commit& commit) {
  RestoredCodelist restored;
  std::set<VersionId> made;
  std::set<VersionId> deleted;
  for (const events::Event& event : commit.content.events) {
    if (const auto* begin = std::get_if<events::CodelistRestored>(&event)) {
      restored.codelist = begin->codelist;
      restored.as_of = begin->as_of;
    } else if (const auto* version = std::get_if<events::VersionCreated>(&event)) {
      made.insert(version->version);
    } else if (const auto* gone = std::get_if<events::VersionDeleted>(&event)) {
      deleted.insert(gone->version);
    }
  }
  restored.made.assign(made.begin(), made.end());
  std::ranges::set_difference(deleted, made, std::back_inserter(restored.deleted));
  return restored;
}

Result<PastCodelist> CodelistCommands::find_past(const PastName& name) const {
  const Site& site = executor_.site();
  Result<PastCodelist> found =
      Error{ErrorCode::not_found,
            "no codelist was at " + to_string(name.owner) + "/" + name.slug + " then",
            {}};
  for_codelists_named(site.log, name.owner, name.slug, [&](CodelistId id) {
    auto past = past_of(site, id, name.moment);
    if (!past) {
      found = past.error();
      return true;
    }
    const Views then((*past)->reader());
    const auto codelist = then.codelist(id);
    if (!codelist || !has_handle(*codelist, name.owner, name.slug)) return false;
    const Stream stream = Stream::of_codelist(id);
    const auto as_of = site.log.stream_position(stream, then.stream_version(stream));
    if (as_of) {
      found = PastCodelist{id, *as_of, std::move(*past)};
    } else {
      found = as_of.error();
    }
    return true;
  });
  return found;
}

Result<Commit> CodelistCommands::restore(const Write& write, const PastCodelist& past,
                                         const std::string& reason) {
  if (const auto may = check_admin(write.actor); !may) return may.error();
  if (const auto good = check_prose("reason", reason); !good) return good.error();
  const Views then(past.views->reader());
  const CodelistRecord record = *then.codelist(past.id);
  Prepared<base::StreamVersion, VersionEvents> prepared;
  const Turn turn{.allocates_ids = false,
                  .codelist = past.id,
                  .owner = record.handle().owner,
                  .preparation = &prepared};
  return executor_.run(write, turn, [&](const Views& now) -> Result<Decision> {
    const auto* versions = prepared.of(now.stream_version(Stream::of_codelist(past.id)), [&] {
      return VersionComparison(then, now, past.id, reason).compare();
    });
    if (versions == nullptr) return Decision{};
    return Restoration(now, record).decide(*versions, past.as_of, reason);
  });
}

}  // namespace codelog::commands
