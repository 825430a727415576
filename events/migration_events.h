// Events that only a migration from another site appends. They are of no use to commands; see
// event.h for the rules.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "events/base/clock.h"
#include "events/base/digest.h"
#include "events/base/strong.h"

namespace codelog::events {

// A migration from another site has begun, or goes on. Ids before these belong to the other site;
// new things here get these ids or later ones.
struct SiteMigrationBegun {
  base::Sha256 source{};  // tells the other site's database from those of further sites
  base::CodelistId next_codelist;
  base::VersionId next_version;
  base::SearchId next_search;
  bool operator==(const SiteMigrationBegun&) const = default;
};

// Facts of the other site about a user for which the earlier events of the commit have no field.
struct UserMigrated {
  std::string username;
  std::optional<base::Timestamp> last_login_at;
  bool operator==(const UserMigrated&) const = default;
};

struct HandleTimes {
  std::string handle;  // "organisation/SLUG/CODELIST" or "user/NAME/CODELIST"
  base::Timestamp created_at;
  base::Timestamp updated_at;
  bool operator==(const HandleTimes&) const = default;
};

struct CollaboratorTimes {
  std::string username;
  base::Timestamp created_at;
  base::Timestamp updated_at;
  bool operator==(const CollaboratorTimes&) const = default;
};

// As above, for a codelist.
struct CodelistMigrated {
  base::CodelistId codelist;
  base::Timestamp created_at;
  base::Timestamp updated_at;
  std::vector<HandleTimes> handles;
  std::vector<CollaboratorTimes> collaborators;
  bool operator==(const CodelistMigrated&) const = default;
};

// As above, for a version.
struct VersionMigrated {
  base::VersionId version;
  base::Timestamp updated_at;
  // Aliases of releases on which the version is the same, besides those known before; sorted.
  std::vector<std::string> compatible_releases;
  bool operator==(const VersionMigrated&) const = default;
};

// The organisation has no members and no codelists any longer.
struct OrganisationRemoved {
  std::string slug;
  bool operator==(const OrganisationRemoved&) const = default;
};

}  // namespace codelog::events
