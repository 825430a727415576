#include "events/codec_encode_parts.h"
#include "events/export_codec.h"
#include "events/schema/export_generated.h"

namespace codelog::events {
namespace encoding {

using base::Error;
using base::ErrorCode;

// Has one overload of table() for each type of event.
class Encoder : public PartsEncoder {
 public:
  static_assert(sizeof(schema::Blinding) == sizeof(Blinding) && alignof(schema::Blinding) == 1);
  explicit Encoder(const Blinding* blinding) : blinding_(blinding) {}

  base::Result<std::string> encode(const CommitDraft& draft) {
    const auto parts = add_events(draft);
    if (!parts) return parts.error();
    const auto commit = commit_table(draft, parts->types, parts->tables);
    if (const auto fitted = check(); !fitted) return fitted.error();
    builder_.Finish(commit, schema::CommitIdentifier());
    return take();
  }

 protected:
  struct EventParts {
    std::vector<schema::Event> types;
    std::vector<Offset<void>> tables;
  };
  base::Result<EventParts> add_events(const CommitDraft& draft) {
    if (draft.events.size() > commit_events_max) {
      return Error{ErrorCode::too_large,
                   "the commit has " + std::to_string(draft.events.size()) + " events; at most " +
                       std::to_string(commit_events_max) + " are allowed",
                   {}};
    }
    EventParts parts;
    parts.types.reserve(draft.events.size());
    parts.tables.reserve(draft.events.size());
    for (const Event& event : draft.events) {
      doing_ = event_type(event);
      parts.types.push_back(static_cast<schema::Event>(event.index() + 1));
      parts.tables.push_back(std::visit([this](const auto& e) { return table(e).Union(); }, event));
    }
    doing_ = "commit";
    return parts;
  }

  base::Result<void> check() {
    if (problem_) return *std::move(problem_);
    const std::size_t size = builder_.GetSize() + skipped_bytes_;
    if (size > commit_bytes_max) {
      return Error{ErrorCode::too_large,
                   "the commit has " + std::to_string(size) + " bytes; at most " +
                       std::to_string(commit_bytes_max) + " are allowed",
                   {}};
    }
    return {};
  }

  Text stream_names(const CommitDraft& draft) {
    return packed(
        draft.streams, [](const StreamExpectation& s) -> auto& { return s.stream.name(); },
        "stream's name", commit_bytes_max);
  }
  Offset<flatbuffers::Vector<std::uint64_t>> stream_versions(const CommitDraft& draft) {
    std::vector<std::uint64_t> versions;
    versions.reserve(draft.streams.size());
    for (const StreamExpectation& stream : draft.streams)
      versions.push_back(stream.version.value());
    return builder_.CreateVector(versions);
  }

  std::string take() {
    return {reinterpret_cast<const char*>(builder_.GetBufferPointer()), builder_.GetSize()};
  }

 private:
  using PartsEncoder::table;

  // --- Events

  Offset<schema::UserAdded> table(const UserAdded& e) {
    const auto username = text(e.username);
    const auto personal = table(e.personal);
    return schema::CreateUserAdded(builder_, username, personal, e.is_admin);
  }
  Offset<schema::UserPersonalDataChanged> table(const UserPersonalDataChanged& e) {
    const auto username = text(e.username);
    const auto personal = table(e.personal);
    return schema::CreateUserPersonalDataChanged(builder_, username, personal);
  }
  Offset<schema::UserActivationChanged> table(const UserActivationChanged& e) {
    const auto username = text(e.username);
    return schema::CreateUserActivationChanged(builder_, username, e.is_active);
  }
  Offset<schema::UserAdminChanged> table(const UserAdminChanged& e) {
    const auto username = text(e.username);
    return schema::CreateUserAdminChanged(builder_, username, e.is_admin);
  }
  Offset<schema::UserErased> table(const UserErased& e) {
    const auto username = text(e.username);
    return schema::CreateUserErased(builder_, username);
  }
  Offset<schema::TokenSet> table(const TokenSet& e) {
    const auto username = text(e.username);
    return schema::CreateTokenSet(builder_, username, digest(e.token_digest), stored(e.created_at));
  }
  Offset<schema::TokenAdded> table(const TokenAdded& e) {
    const auto username = text(e.username);
    const auto name = text(e.name);
    return schema::CreateTokenAdded(builder_, username, digest(e.token_digest), name,
                                    stored<schema::TokenScope>(e.scope), stored(e.expires_at));
  }
  Offset<schema::TokenRevoked> table(const TokenRevoked& e) {
    const auto username = text(e.username);
    return schema::CreateTokenRevoked(builder_, username, digest(e.token_digest));
  }
  Offset<schema::SessionStarted> table(const SessionStarted& e) {
    const auto username = text(e.username);
    const auto client = table(e.client);
    return schema::CreateSessionStarted(builder_, username, digest(e.session_digest),
                                        e.expires_at.unix_us, client);
  }
  Offset<schema::SessionsEnded> table(const SessionsEnded& e) {
    const auto username = text(e.username);
    const auto sessions = digests(e.sessions);
    return schema::CreateSessionsEnded(builder_, username, sessions,
                                       stored<schema::SessionEnd>(e.cause));
  }
  Offset<schema::IdentityLinked> table(const IdentityLinked& e) {
    const auto username = text(e.username);
    const auto issuer = text(e.issuer);
    const auto identity = table(e.identity);
    return schema::CreateIdentityLinked(builder_, username, issuer, identity);
  }
  Offset<schema::IdentityUnlinked> table(const IdentityUnlinked& e) {
    const auto username = text(e.username);
    const auto issuer = text(e.issuer);
    return schema::CreateIdentityUnlinked(builder_, username, issuer);
  }
  Offset<schema::OrganisationAdded> table(const OrganisationAdded& e) {
    const auto slug = text(e.slug);
    const auto name = text(e.name);
    const auto url = text(e.url);
    return schema::CreateOrganisationAdded(builder_, slug, name, url);
  }
  Offset<schema::OrganisationChanged> table(const OrganisationChanged& e) {
    const auto slug = text(e.slug);
    const auto name = text(e.name);
    const auto url = text(e.url);
    return schema::CreateOrganisationChanged(builder_, slug, name, url);
  }
  Offset<schema::MemberSet> table(const MemberSet& e) {
    const auto organisation = text(e.organisation);
    const auto username = text(e.username);
    const auto date_joined = text(e.date_joined);
    return schema::CreateMemberSet(builder_, organisation, username, e.is_admin, date_joined);
  }
  Offset<schema::MemberRemoved> table(const MemberRemoved& e) {
    const auto organisation = text(e.organisation);
    const auto username = text(e.username);
    return schema::CreateMemberRemoved(builder_, organisation, username);
  }
  Offset<schema::ReleaseRegistered> table(const ReleaseRegistered& e) {
    const auto alias = text(e.alias);
    const auto coding_system = text(e.coding_system);
    const auto name = text(e.name);
    const auto valid_from = text(e.valid_from);
    const auto import_ref = text(e.import_ref);
    return schema::CreateReleaseRegistered(builder_, alias, coding_system, name, valid_from,
                                           import_ref, stored<schema::ReleaseState>(e.state),
                                           digest(e.file_digest), e.concepts_count,
                                           stored(e.imported_at));
  }
  Offset<schema::CodelistCreated> table(const CodelistCreated& e) {
    const auto coding_system = text(e.coding_system);
    const auto owner = table(e.owner);
    const auto name = text(e.name);
    const auto slug = text(e.slug);
    const auto description = text(e.description);
    const auto methodology = text(e.methodology);
    const auto all_references = references(e.references);
    const auto all_signoffs = signoffs(e.signoffs);
    return schema::CreateCodelistCreated(builder_, e.codelist.value(), coding_system, owner, name,
                                         slug, description, methodology, all_references,
                                         all_signoffs, stored(e.cloned_from), stored(e.created_at));
  }
  Offset<schema::CodelistDetailsChanged> table(const CodelistDetailsChanged& e) {
    const auto description = text(e.description);
    const auto methodology = text(e.methodology);
    return schema::CreateCodelistDetailsChanged(builder_, e.codelist.value(), description,
                                                methodology);
  }
  Offset<schema::CodelistHandleChanged> table(const CodelistHandleChanged& e) {
    const auto owner = table(e.owner);
    const auto name = text(e.name);
    const auto slug = text(e.slug);
    return schema::CreateCodelistHandleChanged(builder_, e.codelist.value(), owner, name, slug);
  }
  Offset<schema::CodelistReferencesReplaced> table(const CodelistReferencesReplaced& e) {
    const auto all = references(e.references);
    return schema::CreateCodelistReferencesReplaced(builder_, e.codelist.value(), all);
  }
  Offset<schema::CodelistSignOffsReplaced> table(const CodelistSignOffsReplaced& e) {
    const auto all = signoffs(e.signoffs);
    return schema::CreateCodelistSignOffsReplaced(builder_, e.codelist.value(), all);
  }
  Offset<schema::CollaboratorAdded> table(const CollaboratorAdded& e) {
    const auto username = text(e.username);
    return schema::CreateCollaboratorAdded(builder_, e.codelist.value(), username);
  }
  Offset<schema::CollaboratorRemoved> table(const CollaboratorRemoved& e) {
    const auto username = text(e.username);
    return schema::CreateCollaboratorRemoved(builder_, e.codelist.value(), username);
  }
  Offset<schema::CodelistTagsReplaced> table(const CodelistTagsReplaced& e) {
    const auto all = texts_even_if_none(e.tags);
    return schema::CreateCodelistTagsReplaced(builder_, e.codelist.value(), all);
  }
  Offset<schema::CodelistPrivacyChanged> table(const CodelistPrivacyChanged& e) {
    return schema::CreateCodelistPrivacyChanged(builder_, e.codelist.value(), e.is_private);
  }
  Offset<schema::CodelistAccessChanged> table(const CodelistAccessChanged& e) {
    return schema::CreateCodelistAccessChanged(builder_, e.codelist.value(), e.is_restricted);
  }
  Offset<schema::OwnerAccessChanged> table(const OwnerAccessChanged& e) {
    const auto owner = table(e.owner);
    return schema::CreateOwnerAccessChanged(builder_, owner, e.is_restricted);
  }
  Offset<schema::SiteAccessChanged> table(const SiteAccessChanged& e) {
    return schema::CreateSiteAccessChanged(builder_, e.is_restricted);
  }
  Offset<schema::CodelistDeleted> table(const CodelistDeleted& e) {
    const auto reason = text(e.reason);
    return schema::CreateCodelistDeleted(builder_, e.codelist.value(),
                                         stored<schema::DeletionCause>(e.cause), reason);
  }
  Offset<schema::CodelistRestored> table(const CodelistRestored& e) {
    return schema::CreateCodelistRestored(builder_, e.codelist.value(), e.as_of.value(),
                                          text(e.reason));
  }
  Offset<schema::VersionCreated> table(const VersionCreated& e) {
    const auto tag = text(e.tag);
    const auto author = text(e.author);
    const auto release = text(e.release);
    const auto csv_data = text(e.csv_data);
    const auto all_codes = codes(e.codes);
    const auto all_statuses = statuses(e.codes);
    const auto all_searches = searches(e.searches);
    const auto left_out = tables<schema::SearchLeftOut>(e.searches_left_out);
    const auto assumed = codes(e.assumed);
    const auto expression = text(e.expression);
    const auto content = table(e.content);
    return schema::CreateVersionCreated(
        builder_, e.version.value(), e.codelist.value(), stored<schema::VersionStatus>(e.status),
        stored<schema::VersionOrigin>(e.origin), tag, author, release, digest(e.release_digest),
        stored(e.source), csv_data, all_codes, all_statuses, all_searches, left_out, assumed,
        stored(e.created_at), expression, content);
  }
  Offset<schema::SearchAdded> table(const SearchAdded& e) {
    const auto search = table(e.search);
    const auto change_codes = codes(e.changes);
    const auto change_steps = steps(e.changes);
    return schema::CreateSearchAdded(builder_, e.version.value(), search, digest(e.release_digest),
                                     change_codes, change_steps);
  }
  Offset<schema::SearchRemoved> table(const SearchRemoved& e) {
    const auto search = table(e.search);
    const auto change_codes = codes(e.changes);
    const auto change_steps = steps(e.changes);
    const auto settled = codes(e.settled);
    return schema::CreateSearchRemoved(builder_, e.version.value(), search, change_codes,
                                       change_steps, settled);
  }
  Offset<schema::StatusesChanged> table(const StatusesChanged& e) {
    const auto update_codes = codes(e.updates);
    const auto update_statuses = statuses(e.updates);
    const auto reason = text(e.reason);
    const auto change_codes = codes(e.changes);
    const auto change_steps = steps(e.changes);
    const auto settled = codes(e.settled);
    return schema::CreateStatusesChanged(builder_, e.version.value(), update_codes, update_statuses,
                                         reason, digest(e.release_digest), change_codes,
                                         change_steps, settled);
  }
  Offset<schema::StatusesReapplied> table(const StatusesReapplied& e) {
    const auto change_codes = codes(e.changes);
    const auto change_steps = steps(e.changes);
    const auto settled = codes(e.settled);
    const auto added = searches(e.searches_added);
    const auto removed = searches(e.searches_removed);
    return schema::CreateStatusesReapplied(builder_, e.version.value(), digest(e.release_digest),
                                           change_codes, change_steps, settled, added, removed);
  }
  Offset<schema::AssumptionsConfirmed> table(const AssumptionsConfirmed& e) {
    const auto settled = codes(e.settled);
    return schema::CreateAssumptionsConfirmed(builder_, e.version.value(), settled);
  }
  Offset<schema::ReasonGiven> table(const ReasonGiven& e) {
    const auto reason = text(e.reason);
    return schema::CreateReasonGiven(builder_, e.version.value(), e.step.value(), reason);
  }
  Offset<schema::CommitExplained> table(const CommitExplained& e) {
    return schema::CreateCommitExplained(builder_, text(e.reason));
  }
  Offset<schema::DraftStepUndone> table(const DraftStepUndone& e) {
    const auto change_codes = codes(e.changes);
    const auto change_steps = steps(e.changes);
    const auto added = searches(e.searches_added);
    const auto removed = searches(e.searches_removed);
    const auto reopened = codes(e.reopened);
    return schema::CreateDraftStepUndone(builder_, e.version.value(), e.step.value(), change_codes,
                                         change_steps, added, removed, reopened);
  }
  Offset<schema::DraftStepRedone> table(const DraftStepRedone& e) {
    const auto change_codes = codes(e.changes);
    const auto change_steps = steps(e.changes);
    const auto added = searches(e.searches_added);
    const auto removed = searches(e.searches_removed);
    const auto settled = codes(e.settled);
    return schema::CreateDraftStepRedone(builder_, e.version.value(), e.step.value(), change_codes,
                                         change_steps, added, removed, settled);
  }
  Offset<schema::VersionSavedForReview> table(const VersionSavedForReview& e) {
    const auto releases = texts(e.compatible_releases);
    const auto content = table(e.content);
    return schema::CreateVersionSavedForReview(builder_, e.version.value(), releases, content);
  }
  Offset<schema::VersionPublished> table(const VersionPublished& e) {
    const auto content = table(e.content);
    return schema::CreateVersionPublished(builder_, e.version.value(), content);
  }
  Offset<schema::VersionDeleted> table(const VersionDeleted& e) {
    const auto reason = text(e.reason);
    return schema::CreateVersionDeleted(builder_, e.version.value(),
                                        stored<schema::DeletionCause>(e.cause), reason);
  }

  Offset<schema::MappingRegistered> table(const MappingRegistered& e) {
    const auto mapping = text(e.mapping);
    const auto name = text(e.name);
    const auto valid_from = text(e.valid_from);
    const auto import_ref = text(e.import_ref);
    return schema::CreateMappingRegistered(builder_, mapping, name, valid_from, import_ref,
                                           digest(e.file_digest), e.rows_count);
  }
  Offset<schema::RefsetVersionRecorded> table(const RefsetVersionRecorded& e) {
    const auto release = text(e.release);
    const auto tag = text(e.tag);
    const auto release_date = text(e.release_date);
    return schema::CreateRefsetVersionRecorded(builder_, stored<schema::RefsetKind>(e.kind),
                                               release, tag, release_date, stored(e.recorded_at));
  }
  Offset<schema::UpgradesReported> table(const UpgradesReported& e) {
    const auto release = text(e.release);
    const auto versions = tables<schema::VersionUpgrade>(e.versions);
    return schema::CreateUpgradesReported(builder_, release, digest(e.release_digest), versions);
  }

  Offset<schema::SiteMigrationBegun> table(const SiteMigrationBegun& e) {
    return schema::CreateSiteMigrationBegun(builder_, digest(e.source), e.next_codelist.value(),
                                            e.next_version.value(), e.next_search.value());
  }
  Offset<schema::UserMigrated> table(const UserMigrated& e) {
    const auto username = text(e.username);
    return schema::CreateUserMigrated(builder_, username, stored(e.last_login_at));
  }
  Offset<schema::CodelistMigrated> table(const CodelistMigrated& e) {
    const auto handles = tables<schema::HandleTimes>(e.handles);
    const auto collaborators = tables<schema::CollaboratorTimes>(e.collaborators);
    return schema::CreateCodelistMigrated(builder_, e.codelist.value(), e.created_at.unix_us,
                                          e.updated_at.unix_us, handles, collaborators);
  }
  Offset<schema::VersionMigrated> table(const VersionMigrated& e) {
    const auto compatible = texts(e.compatible_releases);
    return schema::CreateVersionMigrated(builder_, e.version.value(), e.updated_at.unix_us,
                                         compatible);
  }
  Offset<schema::OrganisationRemoved> table(const OrganisationRemoved& e) {
    return schema::CreateOrganisationRemoved(builder_, text(e.slug));
  }

  // --- The commit

  Offset<schema::Commit> commit_table(const CommitDraft& draft,
                                      const std::vector<schema::Event>& types,
                                      const std::vector<Offset<void>>& event_tables) {
    const auto actor = text(draft.actor);
    const auto command = text(draft.command);
    Text key;
    if (draft.idempotency) key = text_even_if_empty(draft.idempotency->key);
    const auto names = stream_names(draft);
    const auto versions = stream_versions(draft);
    const auto event_types = builder_.CreateVector(types);
    const auto events = builder_.CreateVector(event_tables);
    const auto request_digest =
        draft.idempotency ? digest(draft.idempotency->request_digest) : nullptr;
    return schema::CreateCommit(builder_, draft.time.unix_us, actor, command, key, request_digest,
                                names, versions, event_types, events,
                                reinterpret_cast<const schema::Blinding*>(blinding_));
  }

  const Blinding* blinding_;  // or null
};

}  // namespace encoding

using encoding::Encoder;

base::Result<std::string> encode(const CommitDraft& draft) {
  return Encoder(nullptr).encode(draft);
}

class CommitsEncoder::Builder : public Encoder {
 public:
  Builder() : Encoder(nullptr) {}

  base::Result<void> add_commit(const Commit& commit) {
    const CommitDraft& draft = commit.content;
    const auto parts = add_events(draft);
    if (!parts) return parts.error();
    std::vector<flatbuffers::Offset<schema::ExportedEvent>> tables;
    tables.reserve(parts->tables.size());
    for (std::size_t i = 0; i < parts->tables.size(); ++i) {
      tables.push_back(schema::CreateExportedEvent(builder_, parts->types[i], parts->tables[i]));
    }
    const auto actor = text(draft.actor);
    const auto command = text(draft.command);
    const auto names = stream_names(draft);
    const auto versions = stream_versions(draft);
    const auto events = builder_.CreateVector(tables);
    if (const auto fitted = check(); !fitted) return fitted;
    commits_.push_back(schema::CreateExportedCommit(builder_, commit.position.value(),
                                                    draft.time.unix_us, actor, command, names,
                                                    versions, events));
    return {};
  }
  std::size_t size_bytes() const { return builder_.GetSize(); }
  std::string finish() {
    builder_.Finish(schema::CreateCommits(builder_, builder_.CreateVector(commits_)),
                    schema::CommitsIdentifier());
    return take();
  }

 private:
  std::vector<flatbuffers::Offset<schema::ExportedCommit>> commits_;
};

CommitsEncoder::CommitsEncoder() : builder_(std::make_unique<Builder>()) {}
CommitsEncoder::~CommitsEncoder() = default;
base::Result<void> CommitsEncoder::add(const Commit& commit) {
  return builder_->add_commit(commit);
}
std::size_t CommitsEncoder::size_bytes() const { return builder_->size_bytes(); }
std::string CommitsEncoder::finish() { return builder_->finish(); }

base::Result<std::string> encode_blinded(const CommitDraft& draft, const Blinding& blinding) {
  return Encoder(&blinding).encode(draft);
}

}  // namespace codelog::events
