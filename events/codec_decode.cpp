#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <memory>

#include "events/codec.h"
#include "events/codec_decode_parts.h"

namespace codelog::events {
namespace {

using base::Error;
using base::ErrorCode;

// Has one overload of read() for each type of event.
class Decoder : public PartsDecoder {
 public:
  void read(const schema::Commit& from, CommitDraft& to) {
    to.time.unix_us = from.time_us();
    read(from.actor(), to.actor);
    read(from.command(), to.command);
    if (from.idempotency_key() == nullptr) {
      to.idempotency.reset();
    } else {
      if (!to.idempotency) to.idempotency.emplace();
      read(from.idempotency_key(), to.idempotency->key);
      read(from.request_digest(), to.idempotency->request_digest);
    }
    read_streams(from, to.streams);
    const std::size_t count = from.events() == nullptr ? 0 : from.events()->size();
    to.events.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto at = static_cast<flatbuffers::uoffset_t>(i);
      read_event(from.events_type()->Get(at), from.events()->GetAs<void>(at), to.events[i]);
    }
  }

 private:
  using PartsDecoder::read;

  // --- Events

  void read(const schema::UserAdded& from, UserAdded& to) {
    read(from.username(), to.username);
    read(from.personal(), to.personal);
    to.is_admin = from.is_admin();
  }
  void read(const schema::UserPersonalDataChanged& from, UserPersonalDataChanged& to) {
    read(from.username(), to.username);
    read(from.personal(), to.personal);
  }
  void read(const schema::UserActivationChanged& from, UserActivationChanged& to) {
    read(from.username(), to.username);
    to.is_active = from.is_active();
  }
  void read(const schema::UserAdminChanged& from, UserAdminChanged& to) {
    read(from.username(), to.username);
    to.is_admin = from.is_admin();
  }
  void read(const schema::UserErased& from, UserErased& to) { read(from.username(), to.username); }
  void read(const schema::TokenSet& from, TokenSet& to) {
    read(from.username(), to.username);
    read(from.token_digest(), to.token_digest);
    read(from.created_at_us(), to.created_at);
  }
  void read(const schema::TokenAdded& from, TokenAdded& to) {
    read(from.username(), to.username);
    read(from.token_digest(), to.token_digest);
    read(from.name(), to.name);
    read(from.scope(), to.scope);
    read(from.expires_at_us(), to.expires_at);
  }
  void read(const schema::TokenRevoked& from, TokenRevoked& to) {
    read(from.username(), to.username);
    read(from.token_digest(), to.token_digest);
  }
  void read(const schema::SessionStarted& from, SessionStarted& to) {
    read(from.username(), to.username);
    read(from.session_digest(), to.session_digest);
    to.expires_at.unix_us = from.expires_at_us();
    read(from.client(), to.client);
  }
  void read(const schema::SessionsEnded& from, SessionsEnded& to) {
    read(from.username(), to.username);
    read(from.sessions(), to.sessions);
    read(from.cause(), to.cause);
  }
  void read(const schema::IdentityLinked& from, IdentityLinked& to) {
    read(from.username(), to.username);
    read(from.issuer(), to.issuer);
    read(from.identity(), to.identity);
  }
  void read(const schema::IdentityUnlinked& from, IdentityUnlinked& to) {
    read(from.username(), to.username);
    read(from.issuer(), to.issuer);
  }
  void read(const schema::OrganisationAdded& from, OrganisationAdded& to) {
    read(from.slug(), to.slug);
    read(from.name(), to.name);
    read(from.url(), to.url);
  }
  void read(const schema::OrganisationChanged& from, OrganisationChanged& to) {
    read(from.slug(), to.slug);
    read(from.name(), to.name);
    read(from.url(), to.url);
  }
  void read(const schema::MemberSet& from, MemberSet& to) {
    read(from.organisation(), to.organisation);
    read(from.username(), to.username);
    to.is_admin = from.is_admin();
    read(from.date_joined(), to.date_joined);
  }
  void read(const schema::MemberRemoved& from, MemberRemoved& to) {
    read(from.organisation(), to.organisation);
    read(from.username(), to.username);
  }
  void read(const schema::ReleaseRegistered& from, ReleaseRegistered& to) {
    read(from.alias(), to.alias);
    read(from.coding_system(), to.coding_system);
    read(from.name(), to.name);
    read(from.valid_from(), to.valid_from);
    read(from.import_ref(), to.import_ref);
    read(from.state(), to.state);
    read(from.file_digest(), to.file_digest);
    to.concepts_count = from.concepts_count();
    read(from.imported_at_us(), to.imported_at);
  }
  void read(const schema::CodelistCreated& from, CodelistCreated& to) {
    to.codelist = CodelistId(from.codelist());
    read(from.coding_system(), to.coding_system);
    read(from.owner(), to.owner);
    read(from.name(), to.name);
    read(from.slug(), to.slug);
    read(from.description(), to.description);
    read(from.methodology(), to.methodology);
    read(from.references(), to.references);
    read(from.signoffs(), to.signoffs);
    read(from.cloned_from(), to.cloned_from);
    read(from.created_at_us(), to.created_at);
  }
  void read(const schema::CodelistDetailsChanged& from, CodelistDetailsChanged& to) {
    to.codelist = CodelistId(from.codelist());
    read(from.description(), to.description);
    read(from.methodology(), to.methodology);
  }
  void read(const schema::CodelistHandleChanged& from, CodelistHandleChanged& to) {
    to.codelist = CodelistId(from.codelist());
    read(from.owner(), to.owner);
    read(from.name(), to.name);
    read(from.slug(), to.slug);
  }
  void read(const schema::CodelistReferencesReplaced& from, CodelistReferencesReplaced& to) {
    to.codelist = CodelistId(from.codelist());
    read(from.references(), to.references);
  }
  void read(const schema::CodelistSignOffsReplaced& from, CodelistSignOffsReplaced& to) {
    to.codelist = CodelistId(from.codelist());
    read(from.signoffs(), to.signoffs);
  }
  void read(const schema::CollaboratorAdded& from, CollaboratorAdded& to) {
    to.codelist = CodelistId(from.codelist());
    read(from.username(), to.username);
  }
  void read(const schema::CollaboratorRemoved& from, CollaboratorRemoved& to) {
    to.codelist = CodelistId(from.codelist());
    read(from.username(), to.username);
  }
  void read(const schema::CodelistTagsReplaced& from, CodelistTagsReplaced& to) {
    to.codelist = CodelistId(from.codelist());
    read(from.tags(), to.tags);
  }
  void read(const schema::CodelistPrivacyChanged& from, CodelistPrivacyChanged& to) {
    to.codelist = CodelistId(from.codelist());
    to.is_private = from.is_private();
  }
  void read(const schema::CodelistAccessChanged& from, CodelistAccessChanged& to) {
    to.codelist = CodelistId(from.codelist());
    to.is_restricted = from.is_restricted();
  }
  void read(const schema::OwnerAccessChanged& from, OwnerAccessChanged& to) {
    read(from.owner(), to.owner);
    to.is_restricted = from.is_restricted();
  }
  void read(const schema::SiteAccessChanged& from, SiteAccessChanged& to) {
    to.is_restricted = from.is_restricted();
  }
  void read(const schema::CodelistDeleted& from, CodelistDeleted& to) {
    to.codelist = CodelistId(from.codelist());
    read(from.cause(), to.cause);
    read(from.reason(), to.reason);
  }
  void read(const schema::CodelistRestored& from, CodelistRestored& to) {
    to.codelist = CodelistId(from.codelist());
    to.as_of = Position(from.as_of());
    read(from.reason(), to.reason);
  }
  void read(const schema::VersionCreated& from, VersionCreated& to) {
    to.version = VersionId(from.version());
    to.codelist = CodelistId(from.codelist());
    read(from.status(), to.status);
    read(from.origin(), to.origin);
    read(from.tag(), to.tag);
    read(from.author(), to.author);
    read(from.release(), to.release);
    read(from.release_digest(), to.release_digest);
    read(from.source(), to.source);
    read(from.csv_data(), to.csv_data);
    read_codes(from.codes(), from.statuses(), to.codes);
    read(from.searches(), to.searches);
    read(from.searches_left_out(), to.searches_left_out);
    read_codes(from.assumed(), to.assumed);
    read(from.created_at_us(), to.created_at);
    read(from.expression(), to.expression);
    read(from.content(), to.content);
  }
  void read(const schema::SearchAdded& from, SearchAdded& to) {
    to.version = VersionId(from.version());
    read(from.search(), to.search);
    read(from.release_digest(), to.release_digest);
    read_changes(from.change_codes(), from.change_steps(), to.changes);
  }
  void read(const schema::SearchRemoved& from, SearchRemoved& to) {
    to.version = VersionId(from.version());
    read(from.search(), to.search);
    read_changes(from.change_codes(), from.change_steps(), to.changes);
    read_codes(from.settled(), to.settled);
  }
  void read(const schema::StatusesChanged& from, StatusesChanged& to) {
    to.version = VersionId(from.version());
    read_codes(from.update_codes(), from.update_statuses(), to.updates);
    read(from.reason(), to.reason);
    read(from.release_digest(), to.release_digest);
    read_changes(from.change_codes(), from.change_steps(), to.changes);
    read_codes(from.settled(), to.settled);
  }
  void read(const schema::StatusesReapplied& from, StatusesReapplied& to) {
    to.version = VersionId(from.version());
    read(from.release_digest(), to.release_digest);
    read_changes(from.change_codes(), from.change_steps(), to.changes);
    read_codes(from.settled(), to.settled);
    read(from.searches_added(), to.searches_added);
    read(from.searches_removed(), to.searches_removed);
  }
  void read(const schema::AssumptionsConfirmed& from, AssumptionsConfirmed& to) {
    to.version = VersionId(from.version());
    read_codes(from.settled(), to.settled);
  }
  void read(const schema::ReasonGiven& from, ReasonGiven& to) {
    to.version = VersionId(from.version());
    to.step = Position(from.step());
    read(from.reason(), to.reason);
  }
  void read(const schema::CommitExplained& from, CommitExplained& to) {
    read(from.reason(), to.reason);
  }
  template <class Table, class DraftStep>
  void read_draft_step(const Table& from, DraftStep& to) {
    to.version = VersionId(from.version());
    to.step = Position(from.step());
    read_changes(from.change_codes(), from.change_steps(), to.changes);
    read(from.searches_added(), to.searches_added);
    read(from.searches_removed(), to.searches_removed);
  }
  void read(const schema::DraftStepUndone& from, DraftStepUndone& to) {
    read_draft_step(from, to);
    read_codes(from.reopened(), to.reopened);
  }
  void read(const schema::DraftStepRedone& from, DraftStepRedone& to) {
    read_draft_step(from, to);
    read_codes(from.settled(), to.settled);
  }
  void read(const schema::VersionSavedForReview& from, VersionSavedForReview& to) {
    to.version = VersionId(from.version());
    read(from.compatible_releases(), to.compatible_releases);
    read(from.content(), to.content);
  }
  void read(const schema::VersionPublished& from, VersionPublished& to) {
    to.version = VersionId(from.version());
    read(from.content(), to.content);
  }
  void read(const schema::VersionDeleted& from, VersionDeleted& to) {
    to.version = VersionId(from.version());
    read(from.cause(), to.cause);
    read(from.reason(), to.reason);
  }

  void read(const schema::MappingRegistered& from, MappingRegistered& to) {
    read(from.mapping(), to.mapping);
    read(from.name(), to.name);
    read(from.valid_from(), to.valid_from);
    read(from.import_ref(), to.import_ref);
    read(from.file_digest(), to.file_digest);
    to.rows_count = from.rows_count();
  }
  void read(const schema::RefsetVersionRecorded& from, RefsetVersionRecorded& to) {
    read(from.kind(), to.kind);
    read(from.release(), to.release);
    read(from.tag(), to.tag);
    read(from.release_date(), to.release_date);
    read(from.recorded_at_us(), to.recorded_at);
  }
  void read(const schema::UpgradesReported& from, UpgradesReported& to) {
    read(from.release(), to.release);
    read(from.release_digest(), to.release_digest);
    read(from.versions(), to.versions);
  }

  void read(const schema::SiteMigrationBegun& from, SiteMigrationBegun& to) {
    read(from.source(), to.source);
    to.next_codelist = CodelistId(from.next_codelist());
    to.next_version = VersionId(from.next_version());
    to.next_search = SearchId(from.next_search());
  }
  void read(const schema::UserMigrated& from, UserMigrated& to) {
    read(from.username(), to.username);
    read(from.last_login_at_us(), to.last_login_at);
  }
  void read(const schema::CodelistMigrated& from, CodelistMigrated& to) {
    to.codelist = CodelistId(from.codelist());
    to.created_at.unix_us = from.created_at_us();
    to.updated_at.unix_us = from.updated_at_us();
    read(from.handles(), to.handles);
    read(from.collaborators(), to.collaborators);
  }
  void read(const schema::VersionMigrated& from, VersionMigrated& to) {
    to.version = VersionId(from.version());
    to.updated_at.unix_us = from.updated_at_us();
    read(from.compatible_releases(), to.compatible_releases);
  }
  void read(const schema::OrganisationRemoved& from, OrganisationRemoved& to) {
    read(from.slug(), to.slug);
  }

  // --- Which event

  template <std::size_t index>
  static void read_alternative(Decoder& decoder, const void* from, Event& to) {
    using Native = std::variant_alternative_t<index, AnyEvent>;
    using Table = std::tuple_element_t<index, EventTables>;
    Native* native = std::get_if<index>(&to);
    if (native == nullptr) native = &to.emplace<index>();
    decoder.read(*static_cast<const Table*>(from), *native);
  }

  void read_event(schema::Event type, const void* from, Event& to) {
    const auto number = static_cast<std::size_t>(type);
    using Read = void (*)(Decoder&, const void*, Event&);
    static constexpr auto reads = []<std::size_t... index>(std::index_sequence<index...>) {
      return std::array<Read, sizeof...(index)>{&read_alternative<index>...};
    }
    (std::make_index_sequence<event_types_count>());
    if (number == 0 || number > reads.size()) {
      return wrong("unknown event type " + std::to_string(number) +
                   " (written by a newer version of this program?)");
    }
    reads[number - 1](*this, from, to);
  }
};

base::Result<void> decode_aligned(std::string_view bytes, CommitDraft& draft) {
  // Every table takes more than four bytes, so no well-formed commit reaches this limit.
  static_assert(commit_bytes_max / 4 < std::numeric_limits<flatbuffers::uoffset_t>::max());
  flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(),
                                 /*max_depth=*/16,
                                 static_cast<flatbuffers::uoffset_t>(bytes.size() / 4));
  if (!schema::VerifyCommitBuffer(verifier)) {
    return Error{ErrorCode::corrupt, "not a well-formed commit", {}};
  }
  Decoder decoder;
  decoder.read(*schema::GetCommit(bytes.data()), draft);
  if (!decoder.problem().empty()) return Error{ErrorCode::corrupt, decoder.problem(), {}};
  return {};
}

}  // namespace

base::Result<void> decode_into(std::string_view bytes, CommitDraft& draft) {
  constexpr std::size_t alignment = alignof(std::uint64_t);
  if (bytes.size() > commit_bytes_max) {
    return Error{ErrorCode::corrupt, "more bytes than a commit may have", {}};
  }
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignment == 0) {
    return decode_aligned(bytes, draft);
  }
  // FlatBuffers reads numbers in place; C++ allows that for aligned numbers only.
  const std::size_t words_count = bytes.size() / sizeof(std::uint64_t) + 1;
  const auto words = std::make_unique_for_overwrite<std::uint64_t[]>(words_count);
  std::memcpy(words.get(), bytes.data(), bytes.size());
  return decode_aligned({reinterpret_cast<const char*>(words.get()), bytes.size()}, draft);
}

base::Result<CommitDraft> decode(std::string_view bytes) {
  CommitDraft draft;
  if (auto decoded = decode_into(bytes, draft); !decoded) return decoded.error();
  return draft;
}

}  // namespace codelog::events
