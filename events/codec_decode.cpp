#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <memory>

#include "events/codec.h"
#include "events/schema_types.h"

namespace codelog::events {
namespace {

using base::Error;
using base::ErrorCode;
using Text = flatbuffers::String;
using Bytes = flatbuffers::Vector<std::uint8_t>;
template <class Table>
using Tables = flatbuffers::Vector<flatbuffers::Offset<Table>>;

// Fills structs that may hold an earlier commit: every field is assigned, and memory is kept where
// it can be.
class Decoder {
 public:
  const std::string& problem() const { return problem_; }

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
  // --- Parts

  void wrong(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  // FlatBuffers checks that offsets are in bounds, not that numbers are members of their
  // enumerations.
  template <class Enum, class StoredEnum>
  void read(StoredEnum from, Enum& to) {
    static_assert(sizeof(StoredEnum) == sizeof(Enum));
    to = static_cast<Enum>(from);
    if (from > StoredEnum::MAX) unknown_number(static_cast<unsigned>(from), kind_of(from));
  }
  static constexpr std::string_view kind_of(schema::OwnerKind) { return "owner kind"; }
  static constexpr std::string_view kind_of(schema::SearchKind) { return "search kind"; }
  static constexpr std::string_view kind_of(schema::VersionStatus) { return "version status"; }
  static constexpr std::string_view kind_of(schema::VersionOrigin) { return "version origin"; }
  static constexpr std::string_view kind_of(schema::DeletionCause) { return "deletion cause"; }
  static constexpr std::string_view kind_of(schema::ReleaseState) { return "release state"; }
  void unknown_number(unsigned number, std::string_view kind) {
    wrong("unknown " + std::string(kind) + " " + std::to_string(number));
  }

  CodeStatus status(unsigned number) {
    constexpr unsigned last = static_cast<unsigned>(schema::CodeStatus::MAX);
    if (number > last) unknown_number(number, "code status");
    return static_cast<CodeStatus>(std::min(number, last));
  }
  void read_step(unsigned number, std::optional<CodeStatus>& to) {
    if (number == no_status) {
      to.reset();
    } else {
      to = status(number);
    }
  }

  void read(const Text* from, std::string& to) {
    if (from == nullptr) {
      to.clear();
    } else {
      to.assign(from->data(), from->size());
    }
  }
  void read(const Text* from, std::optional<std::string>& to) {
    if (from == nullptr) {
      to.reset();
    } else if (to) {
      to->assign(from->data(), from->size());
    } else {
      to.emplace(from->data(), from->size());
    }
  }
  void read(const Bytes* from, std::string& to) {
    if (from == nullptr) {
      to.clear();
    } else {
      to.assign(reinterpret_cast<const char*>(from->data()), from->size());
    }
  }
  void read(const schema::Digest* from, base::Sha256& to) {
    if (from == nullptr) {
      to.fill(0);
    } else {
      std::memcpy(to.data(), from, sizeof to);
    }
  }
  void read(const flatbuffers::Optional<std::uint32_t>& from, std::optional<VersionId>& to) {
    to = from ? std::optional(VersionId(*from)) : std::nullopt;
  }

  // Calls assign(item, begin, size) for each name of a packed text. The text must hold one for
  // every item.
  template <class Items, class Assign>
  void read_packed(const Text* from, Items& items, Assign assign) {
    const char* at = from == nullptr ? nullptr : from->data();
    const char* const after = from == nullptr ? nullptr : at + from->size();
    for (auto& item : items) {
      const void* const found =
          at == after ? nullptr : std::memchr(at, '\n', static_cast<std::size_t>(after - at));
      if (found == nullptr) return wrong("fewer names than numbers in a packed list");
      const char* const end = static_cast<const char*>(found);
      assign(item, at, static_cast<std::size_t>(end - at));
      at = end + 1;
    }
    if (at != after) wrong("more names than numbers in a packed list");
  }

  void read_codes(const Text* from, std::vector<std::string>& to) {
    to.resize(from == nullptr
                  ? 0
                  : static_cast<std::size_t>(std::count(from->begin(), from->end(), '\n')));
    read_packed(from, to,
                [](std::string& code, const char* at, std::size_t size) { code.assign(at, size); });
  }

  void read_codes(const Text* from, const Bytes* statuses, std::vector<CodeWithStatus>& to) {
    to.resize(statuses == nullptr ? 0 : statuses->size());
    const std::uint8_t* number = statuses == nullptr ? nullptr : statuses->data();
    read_packed(from, to, [&](CodeWithStatus& item, const char* at, std::size_t size) {
      item.code.assign(at, size);
      item.status = status(*number++);
    });
  }

  void read_changes(const Text* from, const Bytes* steps, std::vector<CodeChange>& to) {
    to.resize(steps == nullptr ? 0 : steps->size());
    const std::uint8_t* step = steps == nullptr ? nullptr : steps->data();
    read_packed(from, to, [&](CodeChange& item, const char* at, std::size_t size) {
      item.code.assign(at, size);
      read_step(*step / 16u, item.before);
      read_step(*step % 16u, item.after);
      ++step;
    });
  }

  void read_streams(const schema::Commit& from, std::vector<StreamExpectation>& to) {
    const auto* versions = from.stream_versions();
    to.resize(versions == nullptr ? 0 : versions->size());
    const std::uint8_t* number = versions == nullptr ? nullptr : versions->Data();
    read_packed(from.stream_names(), to,
                [&](StreamExpectation& item, const char* at, std::size_t size) {
                  item.stream.assign(at, size);
                  // Not Get(): FlatBuffers does not verify that a vector of long numbers is
                  // aligned.
                  std::uint64_t version = 0;
                  std::memcpy(&version, number, sizeof version);
                  item.version = StreamVersion(version);
                  number += sizeof version;
                });
  }

  template <class Table, class Item>
  void read(const Tables<Table>* from, std::vector<Item>& to) {
    to.resize(from == nullptr ? 0 : from->size());
    for (std::size_t i = 0; i < to.size(); ++i) {
      read(from->Get(static_cast<flatbuffers::uoffset_t>(i)), to[i]);
    }
  }
  void read(const Tables<Text>* from, std::vector<std::string>& to) {
    to.resize(from == nullptr ? 0 : from->size());
    for (std::size_t i = 0; i < to.size(); ++i) {
      read(from->Get(static_cast<flatbuffers::uoffset_t>(i)), to[i]);
    }
  }

  // A table inside another; absent is the same as empty.
  void read(const schema::Sealed* from, Sealed& to) {
    read(from == nullptr ? nullptr : from->nonce(), to.nonce);
    read(from == nullptr ? nullptr : from->ciphertext(), to.ciphertext);
  }
  void read(const schema::Owner* from, Owner& to) {
    if (from == nullptr) {
      to = {};
      return;
    }
    read(from->kind(), to.kind);
    read(from->name(), to.name);
  }
  void read(const schema::Reference* from, Reference& to) {
    read(from->text(), to.text);
    read(from->url(), to.url);
  }
  void read(const schema::SignOff* from, SignOff& to) {
    read(from->username(), to.username);
    read(from->date(), to.date);
  }
  void read(const schema::SearchWithResults* from, SearchWithResults& to) {
    if (from == nullptr) {
      to = {};
      return;
    }
    to.id = SearchId(from->id());
    read(from->kind(), to.kind);
    read(from->text(), to.text);
    read(from->slug(), to.slug);
    read_codes(from->codes(), to.codes);
  }

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
  }
  void read(const schema::OrganisationAdded& from, OrganisationAdded& to) {
    read(from.slug(), to.slug);
    read(from.name(), to.name);
    read(from.url(), to.url);
  }
  void read(const schema::MemberSet& from, MemberSet& to) {
    read(from.organisation(), to.organisation);
    read(from.username(), to.username);
    to.is_admin = from.is_admin();
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
  void read(const schema::CodelistDeleted& from, CodelistDeleted& to) {
    to.codelist = CodelistId(from.codelist());
    read(from.cause(), to.cause);
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
  }
  void read(const schema::StatusesChanged& from, StatusesChanged& to) {
    to.version = VersionId(from.version());
    read_codes(from.update_codes(), from.update_statuses(), to.updates);
    read(from.reason(), to.reason);
    read(from.release_digest(), to.release_digest);
    read_changes(from.change_codes(), from.change_steps(), to.changes);
  }
  void read(const schema::StatusesReapplied& from, StatusesReapplied& to) {
    to.version = VersionId(from.version());
    read(from.release_digest(), to.release_digest);
    read_changes(from.change_codes(), from.change_steps(), to.changes);
  }
  template <class Table, class DraftStep>
  void read_draft_step(const Table& from, DraftStep& to) {
    to.version = VersionId(from.version());
    to.step = Position(from.step());
    read_changes(from.change_codes(), from.change_steps(), to.changes);
    read(from.searches_added(), to.searches_added);
    read(from.searches_removed(), to.searches_removed);
  }
  void read(const schema::DraftStepUndone& from, DraftStepUndone& to) { read_draft_step(from, to); }
  void read(const schema::DraftStepRedone& from, DraftStepRedone& to) { read_draft_step(from, to); }
  void read(const schema::VersionSavedForReview& from, VersionSavedForReview& to) {
    to.version = VersionId(from.version());
  }
  void read(const schema::VersionPublished& from, VersionPublished& to) {
    to.version = VersionId(from.version());
  }
  void read(const schema::VersionDeleted& from, VersionDeleted& to) {
    to.version = VersionId(from.version());
    read(from.cause(), to.cause);
    read(from.reason(), to.reason);
  }

  // --- Which event

  template <std::size_t index>
  static void read_alternative(Decoder& decoder, const void* from, Event& to) {
    using Native = std::variant_alternative_t<index, Event>;
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

  std::string problem_;
};

base::Result<void> decode_aligned(std::string_view bytes, CommitDraft& draft) {
  // Every table takes more than four bytes, so a well-formed commit can never meet this limit.
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
  // FlatBuffers reads numbers in place, which the language allows for aligned ones only.
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
