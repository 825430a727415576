// The rules of who may do what, in one table: the permission that each route asks for, and the
// roles that have it. OpenCodelists' matrix, relaxed where its users asked for it: every editor of
// a codelist may work on its drafts, and administrators of the site look after organisations.
//
// The table decides who must be signed in, and every route must have a row. Permissions that depend
// on data (the owner of a codelist, the author of a draft) are checked by the commands that decide;
// tests/server/permissions_test.cpp compares both, cell by cell, over HTTP.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "server/http/request.h"

namespace codelog::identity {

enum class Role : std::uint8_t {
  anonymous,
  user,                // signed in, and none of those below
  collaborator,        // of the codelist
  owner,               // of a user's codelist, or of the account in the address
  member,              // of the codelist's organisation, or the one in the address
  organisation_admin,  // of it
  site_admin,          // and none of those above
};
inline constexpr std::size_t roles_count = 7;
std::string_view to_string(Role role);

enum class Permission : std::uint8_t {
  entrance,  // anyone, even where only users may read
  anyone,    // on a site that only its users may read: any of them
  signed_in,
  own_account,              // the account in the address
  create,                   // codelists of the owner in the address
  edit,                     // the codelist
  set_access,               // of the codelist
  remove,                   // the codelist, or a version
  maintain_refsets,         // members of the organisation that does
  administer_organisation,  // the one in the address
  administer_site,
};

bool allows(Permission permission, Role role);

struct RoutePermission {
  // `other`: all methods without a row of their own.
  http::Method method = http::Method::get;
  std::string_view pattern;
  Permission permission = Permission::anyone;
};

std::span<const RoutePermission> route_permissions();
// Nothing for a route without a row.
std::optional<Permission> find_permission(http::Method method, std::string_view pattern);

}  // namespace codelog::identity
