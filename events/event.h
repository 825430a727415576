// Every event of the domain, as plain values. An event holds the request *and* its outcome, so that
// replaying needs no release file, clock or randomness. schema/ defines the stored forms
// (FlatBuffers) and codec.h makes them; nothing above events/ sees them.
//
// Rules: past tense; fields are only ever added; codes are strings; a list of codes keeps the order
// that the command gave it (commands sort them, so that equal histories give equal bytes).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "events/account_events.h"
#include "events/base/clock.h"
#include "events/base/code_status.h"
#include "events/base/digest.h"
#include "events/base/search_mode.h"
#include "events/base/strong.h"
#include "events/migration_events.h"

namespace codelog::events {

using base::CodeChange;
using base::CodelistId;
using base::CodeStatus;
using base::CodeWithStatus;
using base::Position;
using base::SearchId;
using base::SearchMode;
using base::VersionId;

// --- Parts ---

enum class OwnerKind : std::uint8_t { organisation = 0, user = 1 };
std::string_view to_string(OwnerKind value);

struct Owner {
  OwnerKind kind = OwnerKind::organisation;
  std::string name;  // organisation slug or username
  auto operator<=>(const Owner&) const = default;
};
// "organisation/SLUG" or "user/NAME".
std::string to_string(const Owner& owner);

struct Reference {
  std::string text;
  std::string url;
  bool operator==(const Reference&) const = default;
};

struct SignOff {
  std::string username;
  std::string date;                  // YYYY-MM-DD
  base::Sha256 content_digest = {};  // of the version that was signed off; zeros: not known
  bool operator==(const SignOff&) const = default;
};

enum class SearchKind : std::uint8_t { term = 0, code = 1 };
std::string_view to_string(SearchKind value);

enum class ActiveFilter : std::uint8_t { any = 0, active = 1, inactive = 2 };

// A search of a version with all codes that it found (matches, and the descendants of their topmost
// ancestors).
struct SearchWithResults {
  SearchId id;
  SearchKind kind = SearchKind::term;
  std::string text;  // the term or the code as the user typed it
  std::string slug;
  std::vector<std::string> codes;  // sorted
  SearchMode mode = SearchMode::contains;
  ActiveFilter active = ActiveFilter::any;
  std::vector<std::string> types = {};  // only codes listed under one of these types; empty: all
  bool operator==(const SearchWithResults&) const = default;
};

// A search that a draft did not take over from the other version, because it finds too many codes
// now or cannot run on the draft's release.
struct SearchLeftOut {
  SearchKind kind = SearchKind::term;
  std::string text;
  std::uint64_t codes_count = 0;
  SearchMode mode = SearchMode::contains;
  ActiveFilter active = ActiveFilter::any;
  std::vector<std::string> types = {};
  std::string problem = {};  // why the search cannot run; empty: it finds too many codes
  bool operator==(const SearchLeftOut&) const = default;
};

// What a finished version holds: its digests, by which it is proved later, and where its terms come
// from. server/commands/version_digests.h defines the bytes of which content_digest is.
struct VersionContent {
  std::string release;            // alias
  base::Sha256 release_digest{};  // of the release's file; zeros if it has none
  base::Sha256 content_digest{};
  base::Sha256 download_digest{};  // of download.csv; zeros if it could not be made
  bool operator==(const VersionContent&) const = default;
};

enum class VersionStatus : std::uint8_t { draft = 0, under_review = 1, published = 2 };
std::string_view to_string(VersionStatus value);

enum class VersionOrigin : std::uint8_t {
  scratch = 0,     // an empty draft
  codes = 1,       // a list of codes
  csv = 2,         // an uploaded table, kept as uploaded ("old style")
  version = 3,     // a draft made from another version
  clone = 4,       // another codelist's version
  conversion = 5,  // an old-style version converted to new style, or a BNF one to dm+d
  migration = 6,   // brought over from OpenCodelists
};
std::string_view to_string(VersionOrigin value);

enum class DeletionCause : std::uint8_t {
  requested = 0,   // somebody deleted this thing itself
  discarded = 1,   // the author threw the draft away
  superseded = 2,  // unpublished, when a sibling was published
  with_codelist = 3,
};
std::string_view to_string(DeletionCause value);

// --- Releases ---

enum class ReleaseState : std::uint8_t { importing = 0, ready = 1 };
std::string_view to_string(ReleaseState value);

// A release of a coding system was imported, or imported again.
struct ReleaseRegistered {
  std::string alias;  // e.g. snomedct_3600_20230419
  std::string coding_system;
  std::string name;
  std::string valid_from;  // YYYY-MM-DD
  std::string import_ref;  // the archive that it was imported from
  ReleaseState state = ReleaseState::ready;
  base::Sha256 file_digest{};  // of the SQLite file; zeros when the system has no file
  std::uint64_t concepts_count = 0;
  std::optional<base::Timestamp> imported_at = {};  // nothing: with this commit
  bool operator==(const ReleaseRegistered&) const = default;
};

// A mapping between coding systems was imported, or imported again.
struct MappingRegistered {
  std::string mapping;     // e.g. bnfdmd
  std::string name;        // of the release, e.g. 20240101
  std::string valid_from;  // YYYY-MM-DD
  std::string import_ref;
  base::Sha256 file_digest{};  // of the SQLite file
  std::uint64_t rows_count = 0;
  bool operator==(const MappingRegistered&) const = default;
};

enum class RefsetKind : std::uint8_t { pcd = 0, drug = 1 };
std::string_view to_string(RefsetKind value);

// The organisation that maintains the NHS refsets says that they are up to date with this release.
struct RefsetVersionRecorded {
  RefsetKind kind = RefsetKind::pcd;
  std::string release;
  std::string tag;
  std::string release_date;                         // YYYY-MM-DD
  std::optional<base::Timestamp> recorded_at = {};  // nothing: with this commit
  bool operator==(const RefsetVersionRecorded&) const = default;
};

enum class UpgradeOutcome : std::uint8_t { unchanged = 0, affected = 1, cannot_tell = 2 };
std::string_view to_string(UpgradeOutcome value);

// Numbers of a version's codes that a newer release affects, by the kind of change.
struct UpgradeCounts {
  std::uint32_t newly_matched = 0;      // only its searches on the newer release find them
  std::uint32_t no_longer_matched = 0;  // only its searches on the version's own release find them
  std::uint32_t new_descendants = 0;
  std::uint32_t inactive = 0;
  std::uint32_t removed = 0;
  std::uint32_t moved = 0;  // have other parents
  std::uint32_t renamed = 0;
  std::uint32_t status_changed = 0;     // the definition gives them another status
  std::uint32_t searches_left_out = 0;  // searches, not codes: they find too many codes now
  bool operator==(const UpgradeCounts&) const = default;
};

struct VersionUpgrade {
  VersionId version;
  UpgradeOutcome outcome = UpgradeOutcome::unchanged;
  // True when the version is the same on the newer release: the same search results, and the same
  // hierarchy around its included codes.
  bool is_compatible = false;
  UpgradeCounts counts;
  std::string problem;  // why the release could not be compared
  bool operator==(const VersionUpgrade&) const = default;
};

// The effects of a release on every finished version of its coding system.
struct UpgradesReported {
  std::string release;  // alias
  base::Sha256 release_digest{};
  std::vector<VersionUpgrade> versions;  // by id
  bool operator==(const UpgradesReported&) const = default;
};

// Who may read the owner's codelists: only the editors of each, or everybody.
struct OwnerAccessChanged {
  Owner owner;
  bool is_restricted = false;
  bool operator==(const OwnerAccessChanged&) const = default;
};

// Who may read the site: only its users, or everybody.
struct SiteAccessChanged {
  bool is_restricted = false;
  bool operator==(const SiteAccessChanged&) const = default;
};

// --- Codelists ---

// With its earlier id, of a codelist that was deleted: see CodelistRestored.
struct CodelistCreated {
  CodelistId codelist;
  std::string coding_system;
  Owner owner;
  std::string name;
  std::string slug;
  std::optional<std::string> description;
  std::optional<std::string> methodology;
  std::vector<Reference> references;
  std::vector<SignOff> signoffs;
  std::optional<VersionId> cloned_from;
  std::optional<base::Timestamp> created_at = {};  // nothing: with this commit
  bool operator==(const CodelistCreated&) const = default;
};

// All details as they are from now on, changed or not.
struct CodelistDetailsChanged {
  CodelistId codelist;
  std::optional<std::string> description;
  std::optional<std::string> methodology;
  bool operator==(const CodelistDetailsChanged&) const = default;
};

// This handle is the current one from now on. Earlier handles stay and still resolve. If the
// codelist had a handle of this owner with this slug before, that handle becomes current again,
// with this name.
struct CodelistHandleChanged {
  CodelistId codelist;
  Owner owner;
  std::string name;
  std::string slug;
  bool operator==(const CodelistHandleChanged&) const = default;
};

struct CodelistReferencesReplaced {
  CodelistId codelist;
  std::vector<Reference> references;
  bool operator==(const CodelistReferencesReplaced&) const = default;
};

struct CodelistSignOffsReplaced {
  CodelistId codelist;
  std::vector<SignOff> signoffs;
  bool operator==(const CodelistSignOffsReplaced&) const = default;
};

struct CollaboratorAdded {
  CodelistId codelist;
  std::string username;
  bool operator==(const CollaboratorAdded&) const = default;
};

struct CollaboratorRemoved {
  CodelistId codelist;
  std::string username;
  bool operator==(const CollaboratorRemoved&) const = default;
};

struct CodelistTagsReplaced {
  CodelistId codelist;
  std::vector<std::string> tags;  // sorted, unique
  bool operator==(const CodelistTagsReplaced&) const = default;
};

struct CodelistPrivacyChanged {
  CodelistId codelist;
  bool is_private = false;  // lists of codelists leave it out; everybody may read it
  bool operator==(const CodelistPrivacyChanged&) const = default;
};

// Who may read the codelist: only its editors, or everybody who may read its owner's codelists.
struct CodelistAccessChanged {
  CodelistId codelist;
  bool is_restricted = false;
  bool operator==(const CodelistAccessChanged&) const = default;
};

struct CodelistDeleted {
  CodelistId codelist;
  DeletionCause cause = DeletionCause::requested;
  std::string reason;
  bool operator==(const CodelistDeleted&) const = default;
};

// The codelist is brought back as it was at a position: the other events of the commit make it so.
// They delete versions that are not as they were then, and create them again with their ids.
struct CodelistRestored {
  CodelistId codelist;
  Position as_of;  // of the codelist's last commit that counts
  std::string reason;
  bool operator==(const CodelistRestored&) const = default;
};

// --- Versions ---

struct VersionCreated {
  VersionId version;
  CodelistId codelist;
  VersionStatus status = VersionStatus::draft;
  VersionOrigin origin = VersionOrigin::scratch;
  std::optional<std::string> tag;
  std::optional<std::string> author;
  std::string release;                  // alias
  base::Sha256 release_digest{};        // of the release file that the command used
  std::optional<VersionId> source;      // for version, clone, conversion
  std::optional<std::string> csv_data;  // old style only; line ends are LF
  std::vector<CodeWithStatus> codes;    // sorted by code; new style only
  std::vector<SearchWithResults> searches;
  std::vector<SearchLeftOut> searches_left_out = {};
  // Sorted codes whose status nobody has decided, but which the hierarchy of the new release
  // implies. They wait for confirmation.
  std::vector<std::string> assumed = {};
  std::optional<base::Timestamp> created_at = {};  // nothing: with this commit
  std::optional<std::string> expression = {};      // ECL that the codes were made from
  std::optional<VersionContent> content = {};      // of a version that is finished at once
  bool operator==(const VersionCreated&) const = default;
};

// A step of a draft. `changes` is the whole effect on its codes, sorted by code. `settled` are the
// codes, sorted, whose assumed status the step decided or removed.
struct SearchAdded {
  VersionId version;
  SearchWithResults search;
  base::Sha256 release_digest{};
  std::vector<CodeChange> changes;
  bool operator==(const SearchAdded&) const = default;
};

// The search as it was, so that undoing needs nothing else, and the codes removed with it.
struct SearchRemoved {
  VersionId version;
  SearchWithResults search;
  std::vector<CodeChange> changes;
  std::vector<std::string> settled = {};
  bool operator==(const SearchRemoved&) const = default;
};

struct StatusesChanged {
  VersionId version;
  std::vector<CodeWithStatus> updates;  // as requested, in order
  std::string reason;
  base::Sha256 release_digest{};
  std::vector<CodeChange> changes;
  std::vector<std::string> settled = {};
  bool operator==(const StatusesChanged&) const = default;
};

// All inherited statuses were computed again from the decided ones. If the draft was brought up to
// date with its release, codes that the release lacks are removed, codes that it adds are new, and
// searches that find other codes now are replaced, with their ids.
struct StatusesReapplied {
  VersionId version;
  base::Sha256 release_digest{};
  std::vector<CodeChange> changes;
  std::vector<std::string> settled = {};
  std::vector<SearchWithResults> searches_added = {};    // as they are now
  std::vector<SearchWithResults> searches_removed = {};  // the same searches, as they were
  bool operator==(const StatusesReapplied&) const = default;
};

// A user has confirmed these assumed statuses. A step of the draft.
struct AssumptionsConfirmed {
  VersionId version;
  std::vector<std::string> settled;
  bool operator==(const AssumptionsConfirmed&) const = default;
};

// `step` is the position of the draft step that was undone or redone; the other fields are the
// effect.
struct DraftStepUndone {
  VersionId version;
  Position step;
  std::vector<CodeChange> changes;
  std::vector<SearchWithResults> searches_added;
  std::vector<SearchWithResults> searches_removed;
  std::vector<std::string> reopened = {};  // assumptions, sorted
  bool operator==(const DraftStepUndone&) const = default;
};

struct DraftStepRedone {
  VersionId version;
  Position step;
  std::vector<CodeChange> changes;
  std::vector<SearchWithResults> searches_added;
  std::vector<SearchWithResults> searches_removed;
  std::vector<std::string> settled = {};
  bool operator==(const DraftStepRedone&) const = default;
};

// Why a step of a draft was made, said by its author afterwards. The last one counts.
struct ReasonGiven {
  VersionId version;
  Position step;  // of the draft
  std::string reason;
  bool operator==(const ReasonGiven&) const = default;
};

// Why the other events of the commit were wanted, said by whoever gave the command.
struct CommitExplained {
  std::string reason;
  bool operator==(const CommitExplained&) const = default;
};

struct VersionSavedForReview {
  VersionId version;
  // Aliases of newer releases on which the version is the same, oldest first.
  std::vector<std::string> compatible_releases = {};
  std::optional<VersionContent> content = {};
  bool operator==(const VersionSavedForReview&) const = default;
};

struct VersionPublished {
  VersionId version;
  std::optional<VersionContent> content = {};
  bool operator==(const VersionPublished&) const = default;
};

struct VersionDeleted {
  VersionId version;
  DeletionCause cause = DeletionCause::requested;
  std::string reason;
  bool operator==(const VersionDeleted&) const = default;
};

// --- All events ---

// In the order of the schema's union: append only.
using AnyEvent = std::variant<
    UserAdded, UserPersonalDataChanged, UserActivationChanged, UserAdminChanged, UserErased,
    TokenSet, OrganisationAdded, MemberSet, MemberRemoved, ReleaseRegistered, CodelistCreated,
    CodelistDetailsChanged, CodelistHandleChanged, CodelistReferencesReplaced,
    CodelistSignOffsReplaced, CollaboratorAdded, CollaboratorRemoved, CodelistTagsReplaced,
    CodelistDeleted, VersionCreated, SearchAdded, SearchRemoved, StatusesChanged, StatusesReapplied,
    DraftStepUndone, DraftStepRedone, VersionSavedForReview, VersionPublished, VersionDeleted,
    MappingRegistered, RefsetVersionRecorded, UpgradesReported, AssumptionsConfirmed,
    CodelistRestored, TokenAdded, TokenRevoked, SessionStarted, SessionsEnded, OrganisationChanged,
    SiteMigrationBegun, UserMigrated, CodelistMigrated, VersionMigrated, OrganisationRemoved,
    CodelistPrivacyChanged, CodelistAccessChanged, OwnerAccessChanged, SiteAccessChanged,
    IdentityLinked, IdentityUnlinked, ReasonGiven, CommitExplained>;
inline constexpr std::size_t event_types_count = std::variant_size_v<AnyEvent>;

template <class T, class... Alternatives>
constexpr bool is_alternative(const std::variant<Alternatives...>*) {
  return (std::is_same_v<T, Alternatives> || ...);
}
template <class T>
concept EventType = is_alternative<T>(static_cast<const AnyEvent*>(nullptr));

// Any of the events above, for use as a variant (std::visit, std::get_if). Copying, destroying and
// comparing are compiled once, in event.cpp; inline they took seconds in each file.
class Event : public AnyEvent {
 public:
  Event();
  template <EventType T>
  // NOLINTNEXTLINE(google-explicit-constructor): an event is one of its types
  Event(T event) : AnyEvent(std::in_place_type<T>, std::move(event)) {}
  Event(const Event& other);
  Event(Event&& other) noexcept;
  Event& operator=(const Event& other);
  Event& operator=(Event&& other) noexcept;
  ~Event();
  friend bool operator==(const Event& left, const Event& right);
};

// The type's name as histories show it, e.g. "UserAdded".
std::string_view event_type(const Event& event);

}  // namespace codelog::events
