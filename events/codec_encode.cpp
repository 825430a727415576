#include <algorithm>
#include <cstring>
#include <span>

#include "events/base/check.h"
#include "events/base/text.h"
#include "events/codec.h"
#include "events/schema_types.h"

namespace codelog::events {
namespace {

using base::Error;
using base::ErrorCode;
using flatbuffers::Offset;
using Text = Offset<flatbuffers::String>;
using Bytes = Offset<flatbuffers::Vector<std::uint8_t>>;
template <class Table>
using Tables = Offset<flatbuffers::Vector<Offset<Table>>>;

// The views keep the length of a code in one byte. No coding system has codes that long, but
// release files come from outside, and a commit that the views reject would make every later start
// fail.
constexpr std::size_t code_bytes_max = 255;

// The parts of an event are named locals because the compiler chooses the order in which a call's
// arguments are evaluated, and equal commits must give equal bytes.
class Encoder {
 public:
  base::Result<std::string> encode(const CommitDraft& draft) {
    std::vector<schema::Event> types;
    std::vector<Offset<void>> tables;
    types.reserve(draft.events.size());
    tables.reserve(draft.events.size());
    for (const Event& event : draft.events) {
      doing_ = event_type(event);
      types.push_back(static_cast<schema::Event>(event.index() + 1));
      tables.push_back(std::visit([this](const auto& e) { return table(e).Union(); }, event));
    }
    doing_ = "commit";
    const auto commit = commit_table(draft, types, tables);
    if (problem_) return *std::move(problem_);
    builder_.Finish(commit, schema::CommitIdentifier());
    const std::size_t size = builder_.GetSize() + skipped_bytes_;
    if (size > commit_bytes_max) {
      return Error{ErrorCode::too_large,
                   "the commit has " + std::to_string(size) + " bytes; at most " +
                       std::to_string(commit_bytes_max) + " are allowed",
                   {}};
    }
    return std::string(reinterpret_cast<const char*>(builder_.GetBufferPointer()),
                       builder_.GetSize());
  }

 private:
  // --- Parts

  void invalid(std::string detail) {
    if (problem_) return;
    problem_ = Error{ErrorCode::invalid, std::string(doing_) + ": " + std::move(detail), {}};
  }

  // FlatBuffers aborts beyond 2 GiB, so a text that would exceed the limit is counted, not stored.
  bool fits(std::size_t bytes) {
    if (builder_.GetSize() + bytes <= commit_bytes_max) return true;
    skipped_bytes_ += bytes;
    return false;
  }

  Text text_even_if_empty(const std::string& text) {
    if (!fits(text.size())) return {};
    if (!base::is_utf8(text)) invalid("a text is not valid UTF-8");
    return builder_.CreateString(text);
  }
  Text text(const std::string& text) { return text.empty() ? Text() : text_even_if_empty(text); }
  Text text(const std::optional<std::string>& text) {
    return text ? text_even_if_empty(*text) : Text();
  }

  Bytes bytes(const std::string& bytes) {
    if (bytes.empty() || !fits(bytes.size())) return {};
    return builder_.CreateVector(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  }

  // One string of all names (codes or streams), each followed by '\n'.
  template <class Items, class NameOf>
  Text packed(const Items& items, NameOf name_of, std::string_view what,
              std::size_t name_bytes_max) {
    if (items.empty()) return {};
    packed_.clear();
    for (const auto& item : items) {
      const std::string& name = name_of(item);
      if (name.size() > name_bytes_max) {
        invalid("a " + std::string(what) + " is longer than " + std::to_string(name_bytes_max) +
                " bytes: number " + std::to_string(&item - items.data() + 1));
      }
      if (std::memchr(name.data(), '\n', name.size()) || std::memchr(name.data(), 0, name.size())) {
        invalid("a " + std::string(what) + " contains a line feed or NUL: number " +
                std::to_string(&item - items.data() + 1));
      }
      packed_ += name;
      packed_ += '\n';
    }
    return text_even_if_empty(packed_);
  }

  Text codes(const std::vector<std::string>& codes) {
    return packed(
        codes, [](const std::string& code) -> auto& { return code; }, "code", code_bytes_max);
  }
  template <class Coded>
  Text codes(const std::vector<Coded>& items) {
    return packed(
        items, [](const Coded& item) -> auto& { return item.code; }, "code", code_bytes_max);
  }

  template <class Items, class ByteOf>
  Bytes byte_each(const Items& items, ByteOf byte_of) {
    if (items.empty() || !fits(items.size())) return {};
    std::uint8_t* target = nullptr;
    const auto vector = builder_.CreateUninitializedVector(items.size(), &target);
    for (const auto& item : items) *target++ = byte_of(item);
    return vector;
  }

  Bytes statuses(const std::vector<CodeWithStatus>& items) {
    return byte_each(
        items, [](const CodeWithStatus& item) { return static_cast<std::uint8_t>(item.status); });
  }

  static unsigned status_or_none(const std::optional<CodeStatus>& status) {
    return status ? static_cast<unsigned>(*status) : no_status;
  }
  Bytes steps(const std::vector<CodeChange>& items) {
    return byte_each(items, [](const CodeChange& item) {
      return static_cast<std::uint8_t>(status_or_none(item.before) * 16 +
                                       status_or_none(item.after));
    });
  }

  // The stored form of a digest; absent when the digest is all zeros.
  static const schema::Digest* digest(const base::Sha256& digest) {
    static_assert(sizeof(schema::Digest) == sizeof(base::Sha256) && alignof(schema::Digest) == 1);
    if (std::ranges::all_of(digest, [](std::uint8_t byte) { return byte == 0; })) return nullptr;
    return reinterpret_cast<const schema::Digest*>(digest.data());
  }

  schema::SearchMode stored_mode(SearchMode mode) {
    if (mode == SearchMode::code) invalid("a search has a mode that only queries have");
    return stored<schema::SearchMode>(mode);
  }

  template <class StoredEnum, class Enum>
  static StoredEnum stored(Enum value) {
    static_assert(sizeof(StoredEnum) == sizeof(Enum));
    return static_cast<StoredEnum>(value);
  }

  static flatbuffers::Optional<std::int64_t> stored(const std::optional<base::Timestamp>& time) {
    return time ? flatbuffers::Optional<std::int64_t>(time->unix_us) : flatbuffers::nullopt;
  }
  static flatbuffers::Optional<std::uint32_t> stored(const std::optional<VersionId>& id) {
    return id ? flatbuffers::Optional<std::uint32_t>(id->value()) : flatbuffers::nullopt;
  }

  template <class Table, class Items>
  Tables<Table> tables(const Items& items) {
    if (items.empty()) return {};
    std::vector<Offset<Table>> offsets;
    offsets.reserve(items.size());
    for (const auto& item : items) offsets.push_back(table(item));
    return builder_.CreateVector(offsets);
  }
  auto references(const std::vector<Reference>& items) { return tables<schema::Reference>(items); }
  auto signoffs(const std::vector<SignOff>& items) { return tables<schema::SignOff>(items); }
  auto searches(const std::vector<SearchWithResults>& items) {
    return tables<schema::SearchWithResults>(items);
  }

  Offset<schema::Sealed> table(const Sealed& sealed) {
    const auto nonce = bytes(sealed.nonce);
    const auto ciphertext = bytes(sealed.ciphertext);
    return schema::CreateSealed(builder_, nonce, ciphertext);
  }
  Offset<schema::Owner> table(const Owner& owner) {
    const auto name = text(owner.name);
    return schema::CreateOwner(builder_, stored<schema::OwnerKind>(owner.kind), name);
  }
  Offset<schema::Reference> table(const Reference& reference) {
    const auto shown = text(reference.text);
    const auto url = text(reference.url);
    return schema::CreateReference(builder_, shown, url);
  }
  Offset<schema::SignOff> table(const SignOff& signoff) {
    const auto username = text(signoff.username);
    const auto date = text(signoff.date);
    return schema::CreateSignOff(builder_, username, date);
  }
  Offset<schema::SearchWithResults> table(const SearchWithResults& search) {
    const auto asked = text(search.text);
    const auto slug = text(search.slug);
    const auto found = codes(search.codes);
    const auto types = texts(search.types);
    return schema::CreateSearchWithResults(
        builder_, search.id.value(), stored<schema::SearchKind>(search.kind), asked, slug, found,
        stored_mode(search.mode), stored<schema::ActiveFilter>(search.active), types);
  }
  Offset<schema::SearchLeftOut> table(const SearchLeftOut& search) {
    const auto asked = text(search.text);
    const auto types = texts(search.types);
    const auto problem = text(search.problem);
    return schema::CreateSearchLeftOut(builder_, stored<schema::SearchKind>(search.kind), asked,
                                       search.codes_count, stored_mode(search.mode),
                                       stored<schema::ActiveFilter>(search.active), types, problem);
  }
  Offset<schema::VersionUpgrade> table(const VersionUpgrade& row) {
    const auto problem = text(row.problem);
    const UpgradeCounts& n = row.counts;
    return schema::CreateVersionUpgrade(
        builder_, row.version.value(), stored<schema::UpgradeOutcome>(row.outcome),
        row.is_compatible, n.newly_matched, n.no_longer_matched, n.new_descendants, n.inactive,
        n.removed, n.moved, n.renamed, n.status_changed, n.searches_left_out, problem);
  }

  Tables<flatbuffers::String> texts(const std::vector<std::string>& items) {
    if (items.empty()) return {};
    return texts_even_if_none(items);
  }
  Tables<flatbuffers::String> texts_even_if_none(const std::vector<std::string>& items) {
    std::vector<Text> all;
    all.reserve(items.size());
    for (const std::string& item : items) all.push_back(text_even_if_empty(item));
    // A text that did not fit has no offset, and a vector may not hold a null offset.
    if (skipped_bytes_ > 0) all.clear();
    return builder_.CreateVector(all);
  }

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
    return schema::CreateTokenSet(builder_, username, digest(e.token_digest));
  }
  Offset<schema::OrganisationAdded> table(const OrganisationAdded& e) {
    const auto slug = text(e.slug);
    const auto name = text(e.name);
    const auto url = text(e.url);
    return schema::CreateOrganisationAdded(builder_, slug, name, url);
  }
  Offset<schema::MemberSet> table(const MemberSet& e) {
    const auto organisation = text(e.organisation);
    const auto username = text(e.username);
    return schema::CreateMemberSet(builder_, organisation, username, e.is_admin);
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
                                           digest(e.file_digest), e.concepts_count);
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
    return schema::CreateVersionCreated(
        builder_, e.version.value(), e.codelist.value(), stored<schema::VersionStatus>(e.status),
        stored<schema::VersionOrigin>(e.origin), tag, author, release, digest(e.release_digest),
        stored(e.source), csv_data, all_codes, all_statuses, all_searches, left_out, assumed,
        stored(e.created_at));
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
    return schema::CreateStatusesReapplied(builder_, e.version.value(), digest(e.release_digest),
                                           change_codes, change_steps, settled);
  }
  Offset<schema::AssumptionsConfirmed> table(const AssumptionsConfirmed& e) {
    const auto settled = codes(e.settled);
    return schema::CreateAssumptionsConfirmed(builder_, e.version.value(), settled);
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
    return schema::CreateVersionSavedForReview(builder_, e.version.value(), releases);
  }
  Offset<schema::VersionPublished> table(const VersionPublished& e) {
    return schema::CreateVersionPublished(builder_, e.version.value());
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
                                               release, tag, release_date);
  }
  Offset<schema::UpgradesReported> table(const UpgradesReported& e) {
    const auto release = text(e.release);
    const auto versions = tables<schema::VersionUpgrade>(e.versions);
    return schema::CreateUpgradesReported(builder_, release, digest(e.release_digest), versions);
  }

  // --- The commit

  Offset<schema::Commit> commit_table(const CommitDraft& draft,
                                      const std::vector<schema::Event>& types,
                                      const std::vector<Offset<void>>& event_tables) {
    const auto actor = text(draft.actor);
    const auto command = text(draft.command);
    Text key;
    if (draft.idempotency) key = text_even_if_empty(draft.idempotency->key);
    const auto stream_names = packed(
        draft.streams, [](const StreamExpectation& s) -> auto& { return s.stream.name(); },
        "stream's name", commit_bytes_max);
    std::vector<std::uint64_t> versions;
    versions.reserve(draft.streams.size());
    for (const StreamExpectation& stream : draft.streams)
      versions.push_back(stream.version.value());
    const auto stream_versions = builder_.CreateVector(versions);
    const auto event_types = builder_.CreateVector(types);
    const auto events = builder_.CreateVector(event_tables);
    const auto request_digest =
        draft.idempotency ? digest(draft.idempotency->request_digest) : nullptr;
    return schema::CreateCommit(builder_, draft.time.unix_us, actor, command, key, request_digest,
                                stream_names, stream_versions, event_types, events);
  }

  flatbuffers::FlatBufferBuilder builder_{1024};
  std::string packed_;
  std::string_view doing_;
  std::size_t skipped_bytes_ = 0;
  std::optional<Error> problem_;
};

}  // namespace

base::Result<std::string> encode(const CommitDraft& draft) {
  if (draft.events.size() > commit_events_max) {
    return Error{ErrorCode::too_large,
                 "the commit has " + std::to_string(draft.events.size()) + " events; at most " +
                     std::to_string(commit_events_max) + " are allowed",
                 {}};
  }
  return Encoder().encode(draft);
}

}  // namespace codelog::events
