// The records of the views, one struct for each kind of thing. Plain values; record_codec.h stores
// them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/base/clock.h"
#include "events/base/digest.h"
#include "events/base/strong.h"
#include "events/event.h"
#include "events/next_ids.h"

namespace codelog::projections {

using base::CodelistId;
using base::CodeStatus;
using base::Position;
using base::SearchId;
using base::Timestamp;
using base::VersionId;
using events::NextIds;
using events::Owner;

struct TokenRecord {
  base::Sha256 digest{};
  std::string name;  // empty: the token that `codelog user token` replaces
  events::TokenScope scope = events::TokenScope::write;
  Timestamp created_at;
  std::optional<Timestamp> expires_at;
  bool is_replaceable = false;  // a user has one such token
  bool operator==(const TokenRecord&) const = default;
};

struct SessionRecord {
  base::Sha256 digest{};
  Timestamp started_at;
  Timestamp expires_at;
  events::Sealed client;
  bool operator==(const SessionRecord&) const = default;
};

// A new session beyond so many ends the user's oldest one.
inline constexpr std::size_t sessions_max = 20;

// Whom the user is at an issuer of OpenID Connect.
struct IdentityRecord {
  std::string issuer;
  events::Sealed identity;
  Timestamp linked_at;
  bool operator==(const IdentityRecord&) const = default;
};

struct UserRecord {
  std::string username;
  events::Sealed personal;
  bool is_admin = false;
  bool is_active = true;
  bool is_erased = false;
  std::vector<TokenRecord> tokens;      // oldest first
  std::vector<SessionRecord> sessions;  // oldest first; some may have expired
  std::optional<Timestamp> last_login_at;
  std::vector<IdentityRecord> identities;  // oldest first, one an issuer
  bool operator==(const UserRecord&) const = default;
};

struct OrganisationRecord {
  std::string slug;
  std::string name;
  std::string url;
  bool operator==(const OrganisationRecord&) const = default;
};

struct MemberRecord {
  std::string organisation;
  std::string username;
  bool is_admin = false;
  std::string date_joined;  // YYYY-MM-DD
  bool operator==(const MemberRecord&) const = default;
};

struct ReleaseRecord {
  std::string alias;
  std::string coding_system;
  std::string name;
  std::string valid_from;
  std::string import_ref;
  events::ReleaseState state = events::ReleaseState::ready;
  base::Sha256 file_digest{};
  std::uint64_t concepts_count = 0;
  Timestamp imported_at;
  bool operator==(const ReleaseRecord&) const = default;
};

struct MappingRecord {
  std::string mapping;
  std::string name;
  std::string valid_from;
  std::string import_ref;
  base::Sha256 file_digest{};
  std::uint64_t rows_count = 0;
  Timestamp imported_at;
  Position registered_at;
  bool operator==(const MappingRecord&) const = default;
};

struct RefsetVersionRecord {
  events::RefsetKind kind = events::RefsetKind::pcd;
  std::string release;
  std::string tag;
  std::string release_date;
  Timestamp recorded_at;
  bool operator==(const RefsetVersionRecord&) const = default;
};

// The last report on the effects of a release on versions of its system.
struct UpgradeReportRecord {
  std::string release;
  base::Sha256 release_digest{};
  Position position;
  Timestamp made_at;
  std::vector<events::VersionUpgrade> versions;
  bool operator==(const UpgradeReportRecord&) const = default;
};

struct Handle {
  Owner owner;
  std::string name;
  std::string slug;
  bool operator==(const Handle&) const = default;
};

// The last migration into this site.
struct MigrationRecord {
  base::Sha256 source{};  // of the other site's database
  NextIds next;  // the other site's next ids; the site's own things have these or later ones
  bool operator==(const MigrationRecord&) const = default;
};

// What only some may read: which codelists and owners, keys of their own say.
struct AccessRecord {
  bool is_site_restricted = false;
  std::uint64_t owners_count = 0;     // restricted owners
  std::uint64_t codelists_count = 0;  // restricted codelists, deleted ones included
  bool operator==(const AccessRecord&) const = default;

  bool restricts_codelists() const { return owners_count != 0 || codelists_count != 0; }
  bool restricts_anything() const { return is_site_restricted || restricts_codelists(); }
};

struct CodelistRecord {
  CodelistId id;
  std::string coding_system;
  std::vector<Handle> handles;  // in the order they were first taken
  std::uint32_t current_handle = 0;
  std::optional<std::string> description;
  std::optional<std::string> methodology;
  std::vector<events::Reference> references;
  std::vector<events::SignOff> signoffs;
  std::vector<std::string> collaborators;
  std::vector<std::string> tags;
  bool is_private = false;  // lists leave it out, but whoever has its address may read it
  Timestamp created_at;
  Timestamp updated_at;
  bool operator==(const CodelistRecord&) const = default;

  const Handle& handle() const { return handles[current_handle]; }
};

// The number of codes with each status, indexed by CodeStatus.
using StatusCounts = std::array<std::uint64_t, 6>;

struct VersionRecord {
  VersionId id;
  CodelistId codelist;
  events::VersionStatus status = events::VersionStatus::draft;
  events::VersionOrigin origin = events::VersionOrigin::scratch;
  std::optional<std::string> tag;
  std::optional<std::string> author;
  std::string release;
  base::Sha256 release_digest{};
  std::optional<VersionId> source;
  bool has_csv_data = false;  // old style
  StatusCounts counts{};
  Timestamp created_at;
  Timestamp updated_at;
  // The last commit that changed codes, searches or status.
  Position changed_at;
  // Positions of the draft steps that can be undone (the last is next), and of the undone steps
  // that can be redone.
  std::vector<Position> undo_steps;
  std::vector<Position> redo_steps;
  std::uint64_t assumptions_count = 0;  // number of codes waiting for confirmation
  Position made_at;                     // the commit that created it, or brought it back
  // Recorded when the version was finished; zeros: not then.
  base::Sha256 content_digest{};
  base::Sha256 download_digest{};
  bool operator==(const VersionRecord&) const = default;

  std::uint64_t codes_count() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : counts) sum += count;
    return sum;
  }
};

// What is left of a deleted version that somebody may still ask for: a published one, whose address
// people have, or one that another version closed, whose author has to be told.
struct EndedVersionRecord {
  VersionId version;
  CodelistId codelist;
  std::vector<Handle> handles;  // of the codelist, the last current one first
  std::optional<std::string> tag;
  std::optional<std::string> author;
  events::VersionStatus status = events::VersionStatus::draft;  // before
  std::uint64_t decisions_count = 0;                            // codes decided in it
  std::optional<VersionId> closed_by;  // the version whose publication closed it
  std::string reason;
  std::string actor;
  Position position;
  Timestamp ended_at;
  bool operator==(const EndedVersionRecord&) const = default;
};

struct SearchRecord {
  VersionId version;
  events::SearchWithResults search;
  bool operator==(const SearchRecord&) const = default;
};

// --- The past (past_keeper.h) ---

// Of a stream: what the next snapshot of its past depends on.
struct PastClock {
  Position position;      // the stream's last commit
  Timestamp latest_time;  // of all its commits
  std::uint64_t commits_count = 0;
  // Since the last snapshot of a codelist, which had `records_bytes`.
  std::uint64_t new_commits_count = 0;
  std::uint64_t new_work = 0;
  std::uint64_t records_bytes = 0;
  std::vector<VersionId> changed;  // versions whose contents have changed; sorted
  bool operator==(const PastClock&) const = default;
};

// Where a snapshot is in the codelist's stream.
struct PastHead {
  std::uint64_t commits_count = 0;
  Timestamp latest_time;
  bool operator==(const PastHead&) const = default;
};

struct PastEntry {
  std::string key;
  std::string value;
  bool operator==(const PastEntry&) const = default;
};

// A draft's codes, and the commits that have its searches' results.
struct PastContents {
  struct Search {
    SearchId id;
    Position found_at;
    bool operator==(const Search&) const = default;
  };
  std::string codes;  // of encode_codes()
  std::vector<std::string> assumptions;
  std::vector<Search> searches;
  bool operator==(const PastContents&) const = default;
};

// What one commit says of the newer releases on which a version is the same.
struct CompatibilityMark {
  enum class Kind : std::uint8_t { added = 0, removed = 1, cleared = 2 };
  Kind kind = Kind::added;
  std::string release;  // empty: all
  bool operator==(const CompatibilityMark&) const = default;
};
struct CompatibilityThen {
  Timestamp latest_time;  // of the stream, up to the commit
  std::vector<CompatibilityMark> marks;
  bool operator==(const CompatibilityThen&) const = default;
};

struct ReleaseThen {
  Timestamp latest_time;  // as above
  ReleaseRecord record;
  bool operator==(const ReleaseThen&) const = default;
};

}  // namespace codelog::projections
