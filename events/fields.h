// Describes each event once: its name, and the names of its fields. Histories, the JSON of
// `codelog log show` and event_type() are made from these descriptions.
//
// A description passes every field to `field(name, value)`, in the order in which people read them.
// The names are part of the program's JSON: add, but do not rename.
#pragma once

#include <string_view>

#include "events/account_fields.h"
#include "events/event.h"

namespace codelog::events {

template <>
struct Description<ReleaseRegistered> {
  static constexpr std::string_view name = "ReleaseRegistered";
  static void fields(auto& event, auto&& field) {
    field("alias", event.alias);
    field("coding_system", event.coding_system);
    field("name", event.name);
    field("valid_from", event.valid_from);
    field("import_ref", event.import_ref);
    field("state", event.state);
    field("file_digest", event.file_digest);
    field("concepts", event.concepts_count);
    field("imported_at", event.imported_at);
  }
};

template <>
struct Description<MappingRegistered> {
  static constexpr std::string_view name = "MappingRegistered";
  static void fields(auto& event, auto&& field) {
    field("mapping", event.mapping);
    field("name", event.name);
    field("valid_from", event.valid_from);
    field("import_ref", event.import_ref);
    field("file_digest", event.file_digest);
    field("rows", event.rows_count);
  }
};

template <>
struct Description<RefsetVersionRecorded> {
  static constexpr std::string_view name = "RefsetVersionRecorded";
  static void fields(auto& event, auto&& field) {
    field("kind", event.kind);
    field("release", event.release);
    field("tag", event.tag);
    field("release_date", event.release_date);
    field("recorded_at", event.recorded_at);
  }
};

template <>
struct Description<UpgradesReported> {
  static constexpr std::string_view name = "UpgradesReported";
  static void fields(auto& event, auto&& field) {
    field("release", event.release);
    field("release_digest", event.release_digest);
    field("versions", event.versions);
  }
};

template <>
struct Description<CodelistCreated> {
  static constexpr std::string_view name = "CodelistCreated";
  static void fields(auto& event, auto&& field) {
    field("codelist", event.codelist);
    field("coding_system", event.coding_system);
    field("owner", event.owner);
    field("name", event.name);
    field("slug", event.slug);
    field("description", event.description);
    field("methodology", event.methodology);
    field("references", event.references);
    field("signoffs", event.signoffs);
    field("cloned_from", event.cloned_from);
    field("created_at", event.created_at);
  }
};

template <>
struct Description<CodelistDetailsChanged> {
  static constexpr std::string_view name = "CodelistDetailsChanged";
  static void fields(auto& event, auto&& field) {
    field("codelist", event.codelist);
    field("description", event.description);
    field("methodology", event.methodology);
  }
};

template <>
struct Description<CodelistHandleChanged> {
  static constexpr std::string_view name = "CodelistHandleChanged";
  static void fields(auto& event, auto&& field) {
    field("codelist", event.codelist);
    field("owner", event.owner);
    field("name", event.name);
    field("slug", event.slug);
  }
};

template <>
struct Description<CodelistReferencesReplaced> {
  static constexpr std::string_view name = "CodelistReferencesReplaced";
  static void fields(auto& event, auto&& field) {
    field("codelist", event.codelist);
    field("references", event.references);
  }
};

template <>
struct Description<CodelistSignOffsReplaced> {
  static constexpr std::string_view name = "CodelistSignOffsReplaced";
  static void fields(auto& event, auto&& field) {
    field("codelist", event.codelist);
    field("signoffs", event.signoffs);
  }
};

template <>
struct Description<CollaboratorAdded> {
  static constexpr std::string_view name = "CollaboratorAdded";
  static void fields(auto& event, auto&& field) {
    field("codelist", event.codelist);
    field("username", event.username);
  }
};

template <>
struct Description<CollaboratorRemoved> {
  static constexpr std::string_view name = "CollaboratorRemoved";
  static void fields(auto& event, auto&& field) {
    field("codelist", event.codelist);
    field("username", event.username);
  }
};

template <>
struct Description<CodelistTagsReplaced> {
  static constexpr std::string_view name = "CodelistTagsReplaced";
  static void fields(auto& event, auto&& field) {
    field("codelist", event.codelist);
    field("tags", event.tags);
  }
};

template <>
struct Description<CodelistPrivacyChanged> {
  static constexpr std::string_view name = "CodelistPrivacyChanged";
  static void fields(auto& event, auto&& field) {
    field("codelist", event.codelist);
    field("is_private", event.is_private);
  }
};

template <>
struct Description<CodelistAccessChanged> {
  static constexpr std::string_view name = "CodelistAccessChanged";
  static void fields(auto& event, auto&& field) {
    field("codelist", event.codelist);
    field("is_restricted", event.is_restricted);
  }
};

template <>
struct Description<OwnerAccessChanged> {
  static constexpr std::string_view name = "OwnerAccessChanged";
  static void fields(auto& event, auto&& field) {
    field("owner", event.owner);
    field("is_restricted", event.is_restricted);
  }
};

template <>
struct Description<SiteAccessChanged> {
  static constexpr std::string_view name = "SiteAccessChanged";
  static void fields(auto& event, auto&& field) { field("is_restricted", event.is_restricted); }
};

template <>
struct Description<CodelistDeleted> {
  static constexpr std::string_view name = "CodelistDeleted";
  static void fields(auto& event, auto&& field) {
    field("codelist", event.codelist);
    field("cause", event.cause);
    field("reason", event.reason);
  }
};

template <>
struct Description<CodelistRestored> {
  static constexpr std::string_view name = "CodelistRestored";
  static void fields(auto& event, auto&& field) {
    field("codelist", event.codelist);
    field("as_of", event.as_of);
    field("reason", event.reason);
  }
};

template <>
struct Description<VersionCreated> {
  static constexpr std::string_view name = "VersionCreated";
  static void fields(auto& event, auto&& field) {
    field("version", event.version);
    field("codelist", event.codelist);
    field("status", event.status);
    field("origin", event.origin);
    field("tag", event.tag);
    field("author", event.author);
    field("release", event.release);
    field("release_digest", event.release_digest);
    field("source", event.source);
    field("csv_data", event.csv_data);
    field("codes", event.codes);
    field("searches", event.searches);
    field("searches_left_out", event.searches_left_out);
    field("assumed", event.assumed);
    field("created_at", event.created_at);
    field("expression", event.expression);
    field("content", event.content);
  }
};

template <>
struct Description<SearchAdded> {
  static constexpr std::string_view name = "SearchAdded";
  static void fields(auto& event, auto&& field) {
    field("version", event.version);
    field("search", event.search);
    field("release_digest", event.release_digest);
    field("changes", event.changes);
  }
};

template <>
struct Description<SearchRemoved> {
  static constexpr std::string_view name = "SearchRemoved";
  static void fields(auto& event, auto&& field) {
    field("version", event.version);
    field("search", event.search);
    field("changes", event.changes);
    field("settled", event.settled);
  }
};

template <>
struct Description<StatusesChanged> {
  static constexpr std::string_view name = "StatusesChanged";
  static void fields(auto& event, auto&& field) {
    field("version", event.version);
    field("updates", event.updates);
    field("reason", event.reason);
    field("release_digest", event.release_digest);
    field("changes", event.changes);
    field("settled", event.settled);
  }
};

template <>
struct Description<StatusesReapplied> {
  static constexpr std::string_view name = "StatusesReapplied";
  static void fields(auto& event, auto&& field) {
    field("version", event.version);
    field("release_digest", event.release_digest);
    field("changes", event.changes);
    field("settled", event.settled);
    field("searches_added", event.searches_added);
    field("searches_removed", event.searches_removed);
  }
};

template <>
struct Description<AssumptionsConfirmed> {
  static constexpr std::string_view name = "AssumptionsConfirmed";
  static void fields(auto& event, auto&& field) {
    field("version", event.version);
    field("settled", event.settled);
  }
};

template <>
struct Description<DraftStepUndone> {
  static constexpr std::string_view name = "DraftStepUndone";
  static void fields(auto& event, auto&& field) {
    field("version", event.version);
    field("step", event.step);
    field("changes", event.changes);
    field("searches_added", event.searches_added);
    field("searches_removed", event.searches_removed);
    field("reopened", event.reopened);
  }
};

template <>
struct Description<DraftStepRedone> {
  static constexpr std::string_view name = "DraftStepRedone";
  static void fields(auto& event, auto&& field) {
    field("version", event.version);
    field("step", event.step);
    field("changes", event.changes);
    field("searches_added", event.searches_added);
    field("searches_removed", event.searches_removed);
    field("settled", event.settled);
  }
};

template <>
struct Description<ReasonGiven> {
  static constexpr std::string_view name = "ReasonGiven";
  static void fields(auto& event, auto&& field) {
    field("version", event.version);
    field("step", event.step);
    field("reason", event.reason);
  }
};

template <>
struct Description<CommitExplained> {
  static constexpr std::string_view name = "CommitExplained";
  static void fields(auto& event, auto&& field) { field("reason", event.reason); }
};

template <>
struct Description<VersionSavedForReview> {
  static constexpr std::string_view name = "VersionSavedForReview";
  static void fields(auto& event, auto&& field) {
    field("version", event.version);
    field("compatible_releases", event.compatible_releases);
    field("content", event.content);
  }
};

template <>
struct Description<VersionPublished> {
  static constexpr std::string_view name = "VersionPublished";
  static void fields(auto& event, auto&& field) {
    field("version", event.version);
    field("content", event.content);
  }
};

template <>
struct Description<VersionDeleted> {
  static constexpr std::string_view name = "VersionDeleted";
  static void fields(auto& event, auto&& field) {
    field("version", event.version);
    field("cause", event.cause);
    field("reason", event.reason);
  }
};

template <>
struct Description<SiteMigrationBegun> {
  static constexpr std::string_view name = "SiteMigrationBegun";
  static void fields(auto& event, auto&& field) {
    field("source", event.source);
    field("next_codelist", event.next_codelist);
    field("next_version", event.next_version);
    field("next_search", event.next_search);
  }
};

template <>
struct Description<UserMigrated> {
  static constexpr std::string_view name = "UserMigrated";
  static void fields(auto& event, auto&& field) {
    field("username", event.username);
    field("last_login_at", event.last_login_at);
  }
};

template <>
struct Description<CodelistMigrated> {
  static constexpr std::string_view name = "CodelistMigrated";
  static void fields(auto& event, auto&& field) {
    field("codelist", event.codelist);
    field("created_at", event.created_at);
    field("updated_at", event.updated_at);
    field("handles", event.handles);
    field("collaborators", event.collaborators);
  }
};

template <>
struct Description<VersionMigrated> {
  static constexpr std::string_view name = "VersionMigrated";
  static void fields(auto& event, auto&& field) {
    field("version", event.version);
    field("updated_at", event.updated_at);
    field("compatible_releases", event.compatible_releases);
  }
};

template <>
struct Description<OrganisationRemoved> {
  static constexpr std::string_view name = "OrganisationRemoved";
  static void fields(auto& event, auto&& field) { field("slug", event.slug); }
};

// Calls field(name, value) for every field of the event.
template <EventType T, class Field>
void visit_fields(const T& event, Field&& field) {
  Description<T>::fields(event, field);
}

}  // namespace codelog::events
