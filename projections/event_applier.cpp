#include "projections/event_applier.h"

#include <algorithm>
#include <utility>

#include "events/base/check.h"
#include "projections/ended_applier.h"
#include "projections/keys.h"

namespace codelog::projections {

// Has one function for each type of event.
class EventApplier : private EndedApplier {
 public:
  using EndedApplier::EndedApplier;

  base::Result<void> apply(const events::Event& event) {
    views_.meta_.next.take(event);
    return std::visit([this](const auto& value) { return on(value); }, event);
  }

 private:
  using EndedApplier::on;
  using Mark = CompatibilityMark::Kind;

  Outcome on(const events::MappingRegistered& event) {
    views_.put(keys::mapping(event.mapping, event.valid_from, event.name),
               encode(MappingRecord{event.mapping, event.name, event.valid_from, event.import_ref,
                                    event.file_digest, event.rows_count, time_, commit_.position}));
    return {};
  }

  Outcome on(const events::RefsetVersionRecorded& event) {
    views_.put(keys::refset_version(event.kind, commit_.position),
               encode(RefsetVersionRecord{event.kind, event.release, event.tag, event.release_date,
                                          event.recorded_at.value_or(time_)}));
    return {};
  }

  Outcome on(const events::UpgradesReported& event) {
    views_.put(keys::upgrade_report(event.release),
               encode(UpgradeReportRecord{event.release, event.release_digest, commit_.position,
                                          time_, event.versions}));
    for (const events::VersionUpgrade& row : event.versions) {
      if (!views_.version(row.version).record) continue;  // deleted while the report was made
      const std::string key = keys::compatible(row.version, event.release);
      row.is_compatible ? views_.batch_.put(key, "") : views_.batch_.erase(key);
      views_.past_.note_compatibility(
          row.version, events::Stream::of_release(event.release),
          {row.is_compatible ? Mark::added : Mark::removed, event.release});
    }
    return {};
  }

  Outcome on(const events::ReleaseRegistered& event) {
    const ReleaseRecord record{
        event.alias,       event.coding_system,  event.name,
        event.valid_from,  event.import_ref,     event.state,
        event.file_digest, event.concepts_count, event.imported_at.value_or(time_)};
    views_.put(keys::release(event.alias), encode(record));
    views_.past_.note_release(record);
    return {};
  }

  // --- Codelists ---

  Outcome on(const events::CodelistCreated& event) {
    auto& cached = views_.codelist(event.codelist);
    if (cached.record) return misfit(commit_, name_of("second codelist", event.codelist));
    CodelistRecord record;
    record.id = event.codelist;
    record.coding_system = event.coding_system;
    record.description = event.description;
    record.methodology = event.methodology;
    record.references = event.references;
    record.signoffs = event.signoffs;
    record.created_at = event.created_at.value_or(time_);
    record.updated_at = time_;
    record.handles.push_back({event.owner, event.name, event.slug});
    claim(record.handles.back(), record.id);
    own(event.owner, record.id);
    cached = {std::move(record), true};
    return {};
  }

  void own(const Owner& owner, CodelistId id) {
    views_.put(keys::owned(owner, id), "");
    views_.put(keys::ever_owned(owner, id), "");
  }
  void claim(const Handle& handle, CodelistId id) {
    views_.put(keys::handle_slug(handle.owner, handle.slug), encode_number(id.value()));
    views_.put(keys::handle_name(handle.owner, handle.name), encode_number(id.value()));
  }

  // A migration may have given the name or slug to another codelist before it takes it from this.
  void release(const std::string& key, CodelistId id) {
    if (const auto holder = views_.get(key); holder && *holder == encode_number(id.value())) {
      views_.erase(key);
    }
  }

  template <class Change>
  Outcome change_codelist(CodelistId id, Change change) {
    auto& cached = views_.codelist(id);
    if (!cached.record) return misfit(commit_, name_of("no codelist", id));
    change(*cached.record);
    cached.record->updated_at = time_;
    cached.changed = true;
    return {};
  }

  Outcome on(const events::CodelistDetailsChanged& event) {
    return change_codelist(event.codelist, [&](CodelistRecord& record) {
      record.description = event.description;
      record.methodology = event.methodology;
    });
  }

  Outcome on(const events::CodelistHandleChanged& event) {
    return change_codelist(event.codelist, [&](CodelistRecord& record) {
      // Handing a codelist over opens it to nobody.
      const Owner owner = record.handle().owner;
      if (event.owner != owner && views_.get(keys::restricted_owner(owner))) {
        mark(keys::restricted_codelist(record.id), true, &AccessRecord::codelists_count);
      }
      views_.erase(keys::owned(owner, record.id));
      const auto same = [&](const Handle& handle) {
        return handle.owner == event.owner && handle.slug == event.slug;
      };
      auto found = std::find_if(record.handles.begin(), record.handles.end(), same);
      if (found == record.handles.end()) {
        record.handles.push_back({event.owner, event.name, event.slug});
        found = record.handles.end() - 1;
      } else {
        const std::string before = std::exchange(found->name, event.name);
        const auto has_name = [&](const Handle& handle) {
          return handle.owner == event.owner && handle.name == before;
        };
        // The name is free only if no other handle has it.
        if (std::none_of(record.handles.begin(), record.handles.end(), has_name)) {
          release(keys::handle_name(event.owner, before), record.id);
        }
      }
      claim(*found, record.id);
      record.current_handle = static_cast<std::uint32_t>(found - record.handles.begin());
      own(event.owner, record.id);
    });
  }

  Outcome on(const events::CodelistReferencesReplaced& event) {
    return change_codelist(event.codelist,
                           [&](CodelistRecord& record) { record.references = event.references; });
  }
  Outcome on(const events::CodelistSignOffsReplaced& event) {
    return change_codelist(event.codelist,
                           [&](CodelistRecord& record) { record.signoffs = event.signoffs; });
  }
  Outcome on(const events::CollaboratorAdded& event) {
    return change_codelist(event.codelist, [&](CodelistRecord& record) {
      std::erase(record.collaborators, event.username);
      record.collaborators.push_back(event.username);
    });
  }
  Outcome on(const events::CollaboratorRemoved& event) {
    return change_codelist(event.codelist, [&](CodelistRecord& record) {
      std::erase(record.collaborators, event.username);
    });
  }
  Outcome on(const events::CodelistTagsReplaced& event) {
    return change_codelist(event.codelist,
                           [&](CodelistRecord& record) { record.tags = event.tags; });
  }

  Outcome on(const events::CodelistPrivacyChanged& event) {
    return change_codelist(event.codelist,
                           [&](CodelistRecord& record) { record.is_private = event.is_private; });
  }

  // --- Access ---

  // Sets or removes a mark, and counts it. `count` is the marks' number in the record.
  void mark(const std::string& key, bool is_restricted, std::uint64_t AccessRecord::*count) {
    if (views_.get(key).has_value() == is_restricted) return;
    is_restricted ? views_.put(key, "") : views_.erase(key);
    change_access(
        [&](AccessRecord& access) { is_restricted ? ++(access.*count) : --(access.*count); });
  }
  template <class Change>
  void change_access(Change change) {
    const auto bytes = views_.get(keys::access());
    AccessRecord access = bytes ? decode_access(*bytes) : AccessRecord();
    change(access);
    views_.put(keys::access(), encode(access));
  }

  Outcome on(const events::CodelistAccessChanged& event) {
    return change_codelist(event.codelist, [&](CodelistRecord&) {
      mark(keys::restricted_codelist(event.codelist), event.is_restricted,
           &AccessRecord::codelists_count);
    });
  }
  Outcome on(const events::OwnerAccessChanged& event) {
    mark(keys::restricted_owner(event.owner), event.is_restricted, &AccessRecord::owners_count);
    return {};
  }
  Outcome on(const events::SiteAccessChanged& event) {
    change_access([&](AccessRecord& access) { access.is_site_restricted = event.is_restricted; });
    return {};
  }

  // Events of their own, in the same commit, delete its versions.
  Outcome on(const events::CodelistDeleted& event) {
    auto& cached = views_.codelist(event.codelist);
    if (!cached.record) return misfit(commit_, name_of("no codelist", event.codelist));
    // Its past stays in the log, and stays as it was for others.
    if (views_.get(keys::restricted_owner(cached.record->handle().owner))) {
      mark(keys::restricted_codelist(event.codelist), true, &AccessRecord::codelists_count);
    }
    for (const Handle& handle : cached.record->handles) {
      release(keys::handle_slug(handle.owner, handle.slug), event.codelist);
      release(keys::handle_name(handle.owner, handle.name), event.codelist);
    }
    views_.erase(keys::owned(cached.record->handle().owner, event.codelist));
    cached = {std::nullopt, true};
    return {};
  }

  // For histories. The other events of its commit have the effect.
  Outcome on(const events::CodelistRestored&) { return {}; }
  Outcome on(const events::CommitExplained&) { return {}; }

  // --- Migration ---

  Outcome on(const events::SiteMigrationBegun& event) {
    const NextIds next{event.next_codelist, event.next_version, event.next_search};
    views_.put(keys::migration(), encode(MigrationRecord{event.source, next}));
    return {};
  }
  Outcome on(const events::CodelistMigrated& event) {
    const auto changed = change_codelist(
        event.codelist, [&](CodelistRecord& record) { record.created_at = event.created_at; });
    if (changed) views_.codelist(event.codelist).record->updated_at = event.updated_at;
    return changed;
  }
  Outcome on(const events::VersionMigrated& event) {
    const auto changed = change_version(event.version, [&](VersionRecord& record) {
      mark_compatible(record, event.compatible_releases);
    });
    if (changed) views_.version(event.version).record->updated_at = event.updated_at;
    return changed;
  }

  // --- Versions ---

  Outcome on(const events::VersionCreated& event) {
    auto& cached = views_.version(event.version);
    if (cached.record) return misfit(commit_, name_of("second version", event.version));
    VersionRecord record;
    record.id = event.version;
    record.codelist = event.codelist;
    record.status = event.status;
    record.origin = event.origin;
    record.tag = event.tag;
    record.author = event.author;
    record.release = event.release;
    record.release_digest = event.release_digest;
    record.source = event.source;
    record.has_csv_data = event.csv_data.has_value();
    record.created_at = event.created_at.value_or(time_);
    record.updated_at = time_;
    record.changed_at = commit_.position;
    record.made_at = commit_.position;
    for (const auto& code : event.codes) ++record.counts[static_cast<std::size_t>(code.status)];
    if (views_.keeps_contents_of(event.version)) put_contents(event);
    assume(record, event.assumed);
    erase_ended(event.version);
    take_content(record, event.content);
    views_.put(keys::version_of(event.codelist, event.version), "");
    views_.erase(keys::deleted_of(event.codelist, event.version));
    if (event.tag) views_.put(keys::tagged_version(event.codelist, *event.tag, event.version), "");
    cached = {std::move(record), true};
    return {};
  }

  void put_contents(const events::VersionCreated& event) {
    if (!event.codes.empty()) {
      views_.batch_.put(keys::base_codes(event.version), encode_codes(event.codes));
    }
    if (event.csv_data) views_.batch_.put(keys::csv_data(event.version), *event.csv_data);
    for (const auto& search : event.searches) put_search(event.version, search);
  }

  void put_search(VersionId version, const events::SearchWithResults& search) {
    if (!views_.keeps_contents_of(version)) return;
    views_.batch_.put(keys::search(version, search.id),
                      encode(SearchRecord{version, search}, commit_.position));
  }

  void mark_compatible(const VersionRecord& record, const std::vector<std::string>& releases) {
    for (const std::string& release : releases) {
      views_.batch_.put(keys::compatible(record.id, release), "");
      views_.past_.note_compatibility(record.id, events::Stream::of_codelist(record.codelist),
                                      {Mark::added, release});
    }
  }

  static void take_content(VersionRecord& record,
                           const std::optional<events::VersionContent>& content) {
    if (!content) return;
    record.content_digest = content->content_digest;
    record.download_digest = content->download_digest;
  }

  template <class Change>
  Outcome change_version(VersionId id, Change change) {
    auto& cached = views_.version(id);
    if (!cached.record) return misfit(commit_, name_of("no version", id));
    change(*cached.record);
    cached.record->updated_at = time_;
    cached.record->changed_at = commit_.position;
    cached.changed = true;
    return {};
  }

  void change_codes(VersionRecord& record, const std::vector<events::CodeChange>& changes) {
    const bool is_kept = views_.keeps_contents_of(record.id);
    views_.past_.note_change(record, changes.size());
    for (const events::CodeChange& change : changes) {
      if (change.before) --record.counts[static_cast<std::size_t>(*change.before)];
      if (change.after) ++record.counts[static_cast<std::size_t>(*change.after)];
      if (!is_kept) continue;
      views_.batch_.put(keys::code(record.id, change.code),
                        change.after ? std::string(1, static_cast<char>(*change.after)) : "");
    }
  }

  // A command names only waiting assumptions (settle), or assumptions that it settled earlier
  // (reopen).
  void reopen(VersionRecord& record, const std::vector<std::string>& codes) {
    views_.past_.note_change(record, codes.size());
    assume(record, codes);
  }
  void assume(VersionRecord& record, const std::vector<std::string>& codes) {
    record.assumptions_count += codes.size();
    if (!views_.keeps_contents_of(record.id)) return;
    for (const std::string& code : codes) {
      views_.batch_.put(keys::assumption(record.id, code), "");
    }
  }
  void settle(VersionRecord& record, const std::vector<std::string>& codes) {
    views_.past_.note_change(record, codes.size());
    if (views_.keeps_contents_of(record.id)) {
      for (const std::string& code : codes) views_.batch_.erase(keys::assumption(record.id, code));
    }
    record.assumptions_count -= std::min<std::uint64_t>(codes.size(), record.assumptions_count);
  }

  void push_step(VersionRecord& record) {
    if (record.undo_steps.size() == undo_steps_max) {
      record.undo_steps.erase(record.undo_steps.begin());
    }
    record.undo_steps.push_back(commit_.position);
    record.redo_steps.clear();
  }

  Outcome on(const events::SearchAdded& event) {
    return change_version(event.version, [&](VersionRecord& record) {
      put_search(event.version, event.search);
      change_codes(record, event.changes);
      push_step(record);
    });
  }
  Outcome on(const events::SearchRemoved& event) {
    return change_version(event.version, [&](VersionRecord& record) {
      views_.batch_.erase(keys::search(event.version, event.search.id));
      change_codes(record, event.changes);
      settle(record, event.settled);
      push_step(record);
    });
  }
  Outcome on(const events::StatusesChanged& event) {
    return change_version(event.version, [&](VersionRecord& record) {
      change_codes(record, event.changes);
      settle(record, event.settled);
      push_step(record);
    });
  }
  Outcome on(const events::StatusesReapplied& event) {
    return change_version(event.version, [&](VersionRecord& record) {
      replace_searches(event);
      change_codes(record, event.changes);
      settle(record, event.settled);
      push_step(record);
    });
  }
  Outcome on(const events::AssumptionsConfirmed& event) {
    return change_version(event.version, [&](VersionRecord& record) {
      settle(record, event.settled);
      push_step(record);
    });
  }

  // Changes neither codes nor steps, so clients need not look at the version again.
  Outcome on(const events::ReasonGiven& event) {
    if (!views_.version(event.version).record) {
      return misfit(commit_, name_of("no version", event.version));
    }
    views_.batch_.put(keys::reason(event.version, event.step), event.reason);
    return {};
  }

  template <class Step>
  void replace_searches(const Step& event) {
    for (const auto& search : event.searches_removed) {
      views_.batch_.erase(keys::search(event.version, search.id));
    }
    for (const auto& search : event.searches_added) put_search(event.version, search);
  }

  template <class Step>
  void move_step(VersionRecord& record, const Step& event, std::vector<Position>& from,
                 std::vector<Position>& to) {
    replace_searches(event);
    change_codes(record, event.changes);
    std::erase(from, event.step);
    to.push_back(event.step);
  }
  Outcome on(const events::DraftStepUndone& event) {
    return change_version(event.version, [&](VersionRecord& record) {
      move_step(record, event, record.undo_steps, record.redo_steps);
      reopen(record, event.reopened);
    });
  }
  Outcome on(const events::DraftStepRedone& event) {
    return change_version(event.version, [&](VersionRecord& record) {
      move_step(record, event, record.redo_steps, record.undo_steps);
      settle(record, event.settled);
    });
  }

  void set_status(VersionRecord& record, events::VersionStatus status) {
    record.status = status;
    record.undo_steps.clear();
    record.redo_steps.clear();
  }
  Outcome on(const events::VersionSavedForReview& event) {
    return change_version(event.version, [&](VersionRecord& record) {
      set_status(record, events::VersionStatus::under_review);
      mark_compatible(record, event.compatible_releases);
      take_content(record, event.content);
    });
  }
  Outcome on(const events::VersionPublished& event) {
    return change_version(event.version, [&](VersionRecord& record) {
      set_status(record, events::VersionStatus::published);
      take_content(record, event.content);
    });
  }

  Outcome on(const events::VersionDeleted& event) {
    auto& cached = views_.version(event.version);
    if (!cached.record) return misfit(commit_, name_of("no version", event.version));
    if (auto put = put_ended(*cached.record, event); !put) return put;
    const CodelistId codelist = cached.record->codelist;
    views_.erase(keys::version_of(codelist, event.version));
    if (const auto& tag = cached.record->tag) {
      views_.erase(keys::tagged_version(codelist, *tag, event.version));
    }
    views_.batch_.erase(keys::base_codes(event.version));
    views_.batch_.erase(keys::csv_data(event.version));
    views_.put(keys::deleted_version(event.version), encode_number(codelist.value()));
    views_.put(keys::deleted_of(codelist, event.version), "");
    views_.past_.note_compatibility(event.version, events::Stream::of_codelist(codelist),
                                    {Mark::cleared, ""});
    views_.batch_.erase_prefix(keys::codes_of(event.version));
    views_.batch_.erase_prefix(keys::assumptions_of(event.version));
    views_.batch_.erase_prefix(keys::compatible_with(event.version));
    views_.batch_.erase_prefix(keys::searches_of(event.version));
    views_.batch_.erase_prefix(keys::reasons_of(event.version));
    cached = {std::nullopt, true};
    return {};
  }
};

base::Result<void> apply_events(Projector& projector, const events::Commit& commit) {
  EventApplier applier(projector, commit);
  for (const events::Event& event : commit.content.events) {
    if (auto applied = applier.apply(event); !applied) return applied;
  }
  return {};
}

}  // namespace codelog::projections
