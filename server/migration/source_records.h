// The content of an OpenCodelists site in the project's own terms, read from its database a piece
// at a time. Functions throw base::ThrownError, naming all rows of the piece that do not fit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "events/event.h"
#include "server/migration/refusals.h"
#include "server/migration/source_database.h"

namespace codelog::migration {

using base::CodelistId;
using base::Timestamp;
using base::VersionId;
using events::Owner;

// --- Accounts

struct SourceUser {
  std::string username;
  std::string name;
  std::string email;
  std::string password_hash;  // as Django stores it
  bool is_active = true;
  bool is_admin = false;
  std::optional<Timestamp> last_login;
  std::optional<std::string> token;
  std::optional<Timestamp> token_created_at;
};
// Without the users that are refused.
std::vector<SourceUser> read_users(const SourceDatabase& source, Refusals& refusals);

struct SourceMember {
  std::string username;
  bool is_admin = false;
  std::string date_joined;
};
struct SourceOrganisation {
  std::string slug;
  std::string name;
  std::string url;
  std::vector<SourceMember> members;
};
std::vector<SourceOrganisation> read_organisations(const SourceDatabase& source);

// --- Releases

// By the row's id, which only the database uses.
using SourceReleases = std::map<std::int64_t, events::ReleaseRegistered>;
// Without the digests of files. A release that is refused has no alias.
SourceReleases read_releases(const SourceDatabase& source, Refusals& refusals);

// As recorded.
std::vector<events::RefsetVersionRecorded> read_refset_versions(const SourceDatabase& source);

// --- Codelists

struct SourceHandle {
  Owner owner;
  std::string name;
  std::string slug;
  bool is_current = false;
  Timestamp created_at;
  Timestamp updated_at;
};

struct SourceCodelist {
  CodelistId id;
  std::string coding_system;
  std::optional<std::string> description;
  std::optional<std::string> methodology;
  bool is_private = false;
  Timestamp created_at;
  Timestamp updated_at;
  std::vector<SourceHandle> handles;  // as made; may be none
  std::vector<events::Reference> references;
  std::vector<events::SignOff> signoffs;
  std::vector<events::CollaboratorTimes> collaborators;  // may name one user twice
  std::vector<std::string> tags;                         // sorted
};
std::vector<CodelistId> read_codelist_ids(const SourceDatabase& source);
SourceCodelist read_codelist(const SourceDatabase& source, CodelistId id);

// Everything of a version except what is in its own tables.
struct SourceVersion {
  VersionId id;
  CodelistId codelist;
  events::VersionStatus status = events::VersionStatus::draft;
  std::optional<std::string> tag;
  std::optional<std::string> author;
  std::string release;  // alias
  Timestamp created_at;
  Timestamp updated_at;
  std::vector<std::string> compatible_releases;  // sorted
};
// By id, without the versions that are refused.
std::vector<SourceVersion> read_versions(const SourceDatabase& source,
                                         const SourceReleases& releases, CodelistId codelist,
                                         Refusals& refusals);

struct SourceContent {
  std::optional<std::string> csv_data;
  std::vector<base::CodeWithStatus> codes;          // sorted by code
  std::vector<events::SearchWithResults> searches;  // by id, with sorted results
};
SourceContent read_content(const SourceDatabase& source, VersionId version);

}  // namespace codelog::migration
