#include "server/identity/permissions.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace codelog::identity {
namespace {

using http::Method;
using enum Permission;

// By address.
constexpr RoutePermission rows[] = {
    {Method::get, "/", anyone},
    {Method::get, "/accounts/login/", entrance},
    {Method::post, "/accounts/login/", entrance},
    {Method::get, "/accounts/register/", entrance},
    {Method::post, "/accounts/register/", entrance},
    {Method::get, "/accounts/password_reset/", entrance},
    {Method::post, "/accounts/password_reset/", entrance},
    {Method::get, "/accounts/email/{user}/{token}/", entrance},
    {Method::post, "/accounts/email/{user}/{token}/", entrance},
    {Method::get, "/accounts/reset/{user}/{token}/", entrance},
    {Method::post, "/accounts/reset/{user}/{token}/", entrance},
    {Method::post, "/accounts/logout/", entrance},
    {Method::post, "/accounts/oidc/login/", entrance},
    {Method::get, "/accounts/oidc/callback/", entrance},
    {Method::get, "/accounts/oidc/register/", entrance},
    {Method::post, "/accounts/oidc/register/", entrance},
    {Method::get, "/accounts/password_reset/done/", entrance},
    {Method::get, "/accounts/reset/done/", entrance},
    {Method::get, "/accounts/password_change/", signed_in},
    {Method::post, "/accounts/password_change/", signed_in},
    {Method::get, "/accounts/password_change/done/", signed_in},
    {Method::get, "/accounts/settings/", signed_in},
    {Method::get, "/accounts/settings/access/", signed_in},
    {Method::post, "/accounts/settings/access/", signed_in},
    {Method::post, "/accounts/settings/name/", signed_in},
    {Method::post, "/accounts/settings/email/", signed_in},
    {Method::post, "/accounts/settings/oidc/connect/", signed_in},
    {Method::post, "/accounts/settings/oidc/disconnect/", signed_in},
    {Method::post, "/accounts/settings/sessions/end-others/", signed_in},
    {Method::post, "/accounts/settings/sessions/{id}/end/", signed_in},
    {Method::post, "/accounts/settings/tokens/", signed_in},
    {Method::post, "/accounts/settings/tokens/{id}/revoke/", signed_in},
    {Method::get, "/accounts/tokens/", signed_in},
    {Method::other, "/admin/", anyone},
    {Method::other, "/admin/{path:rest}", anyone},
    {Method::get, "/api/", entrance},
    {Method::other, "/api/v1/check/", anyone},
    {Method::other, "/api/v1/codelist/", anyone},
    {Method::get, "/api/v1/codelist/{owner:slug}/", anyone},
    {Method::post, "/api/v1/codelist/{owner:slug}/", create},
    {Method::post, "/api/v1/codelist/{owner:slug}/{slug:slug}/versions/", edit},
    {Method::get, "/api/v1/codelist/user/{owner:slug}/", anyone},
    {Method::post, "/api/v1/codelist/user/{owner:slug}/", create},
    {Method::post, "/api/v1/codelist/user/{owner:slug}/{slug:slug}/versions/", edit},
    {Method::get, "/api/v2/codelists", anyone},
    {Method::post, "/api/v2/codelists", create},
    {Method::get, "/api/v2/codelists/{owner_kind}/{owner}/{slug}", anyone},
    {Method::patch, "/api/v2/codelists/{owner_kind}/{owner}/{slug}", edit},
    {Method::delete_, "/api/v2/codelists/{owner_kind}/{owner}/{slug}", remove},
    {Method::put, "/api/v2/codelists/{owner_kind}/{owner}/{slug}/collaborators/{username}", edit},
    {Method::delete_, "/api/v2/codelists/{owner_kind}/{owner}/{slug}/collaborators/{username}",
     edit},
    {Method::get, "/api/v2/codelists/{owner_kind}/{owner}/{slug}/changes", anyone},
    {Method::get, "/api/v2/codelists/{owner_kind}/{owner}/{slug}/replay", anyone},
    {Method::get, "/api/v2/codelists/{owner_kind}/{owner}/{slug}/history", anyone},
    {Method::get, "/api/v2/codelists/{owner_kind}/{owner}/{slug}/history/activity", anyone},
    {Method::get, "/api/v2/codelists/{owner_kind}/{owner}/{slug}/history/moments", anyone},
    {Method::get, "/api/v2/codelists/{owner_kind}/{owner}/{slug}/history/moments/{position}",
     anyone},
    {Method::get, "/api/v2/codelists/{owner_kind}/{owner}/{slug}/similar", anyone},
    {Method::post, "/api/v2/codelists/{owner_kind}/{owner}/{slug}/restore", administer_site},
    {Method::get, "/api/v2/codelists/{owner_kind}/{owner}/{slug}/sizes", anyone},
    {Method::post, "/api/v2/codelists/{owner_kind}/{owner}/{slug}/versions", edit},
    {Method::get, "/api/v2/commits/{position}", anyone},
    {Method::get, "/api/v2/commits/{position}/proof", anyone},
    {Method::post, "/api/v2/comparisons", anyone},
    {Method::post, "/api/v2/comparisons/rows", anyone},
    {Method::post, "/api/v2/conversions", anyone},
    {Method::get, "/api/v2/events", anyone},
    {Method::get, "/api/v2/find", anyone},
    {Method::post, "/api/v2/markdown", signed_in},
    {Method::get, "/api/v2/log/changes", anyone},
    {Method::get, "/api/v2/log/consistency", entrance},
    {Method::get, "/api/v2/log/inclusion", entrance},
    {Method::get, "/api/v2/me", signed_in},
    {Method::get, "/api/v2/openapi.json", entrance},
    {Method::get, "/api/v2/releases", anyone},
    {Method::get, "/api/v2/releases/{alias}/codes/{code}", anyone},
    {Method::get, "/api/v2/releases/{alias}/codes/{code}/codelists", anyone},
    {Method::get, "/api/v2/releases/{alias}/matches", anyone},
    {Method::get, "/api/v2/releases/{alias}/search", anyone},
    {Method::get, "/api/v2/releases/{alias}/types", anyone},
    {Method::get, "/api/v2/releases/{alias}/upgrade-report", anyone},
    {Method::post, "/api/v2/releases/{alias}/codeset", anyone},
    {Method::post, "/api/v2/releases/{alias}/terms", anyone},
    {Method::post, "/api/v2/releases/{alias}/upgrade-report", administer_site},
    {Method::get, "/api/v2/site", anyone},
    {Method::post, "/api/v2/uploads/check", anyone},
    {Method::get, "/api/v2/versions/{hash}", anyone},
    {Method::delete_, "/api/v2/versions/{hash}", remove},
    {Method::get, "/api/v2/versions/{hash}/assumptions", anyone},
    {Method::post, "/api/v2/versions/{hash}/assumptions", edit},
    {Method::post, "/api/v2/versions/{hash}/clone", signed_in},
    {Method::get, "/api/v2/versions/{hash}/blame", anyone},
    {Method::get, "/api/v2/versions/{hash}/codes/{code}", anyone},
    {Method::post, "/api/v2/versions/{hash}/convert", edit},
    {Method::post, "/api/v2/versions/{hash}/discard", edit},
    {Method::post, "/api/v2/versions/{hash}/dmd-conversion", edit},
    {Method::post, "/api/v2/versions/{hash}/drafts", edit},
    {Method::put, "/api/v2/versions/{hash}/presence", edit},
    {Method::post, "/api/v2/versions/{hash}/publish", edit},
    {Method::post, "/api/v2/versions/{hash}/reapply", edit},
    {Method::get, "/api/v2/versions/{hash}/matches", anyone},
    {Method::post, "/api/v2/versions/{hash}/reasons", edit},
    {Method::get, "/api/v2/versions/{hash}/receipt", anyone},
    {Method::post, "/api/v2/versions/{hash}/redo", edit},
    {Method::post, "/api/v2/versions/{hash}/save", edit},
    {Method::post, "/api/v2/versions/{hash}/searches", edit},
    {Method::post, "/api/v2/versions/{hash}/signoffs", edit},
    {Method::post, "/api/v2/versions/{hash}/undo", edit},
    {Method::post, "/api/v2/versions/{hash}/upgrade", edit},
    {Method::get, "/api/v2/versions/{hash}/diff/{other}", anyone},
    {Method::get, "/api/v2/versions/{hash}/searches", anyone},
    {Method::get, "/api/v2/versions/{hash}/searches/{id}", anyone},
    {Method::delete_, "/api/v2/versions/{hash}/searches/{id}", edit},
    {Method::get, "/api/v2/versions/{hash}/statuses", anyone},
    {Method::get, "/api/v2/versions/{hash}/steps", anyone},
    {Method::get, "/api/v2/versions/{hash}/rows", anyone},
    {Method::get, "/api/v2/versions/{hash}/composition", anyone},
    {Method::get, "/api/v2/versions/{hash}/icicle", anyone},
    {Method::patch, "/api/v2/versions/{hash}/statuses", edit},
    {Method::get, "/api/v2/versions/{hash}/tree", anyone},
    {Method::get, "/api/v2/versions/{hash}/tree/terms", anyone},
    {Method::get, "/api/v2/versions/{hash}/upgrade", anyone},
    {Method::get, "/assets/{name}", entrance},
    {Method::get, "/builder/{hash}/", anyone},
    {Method::post, "/builder/{hash}/", edit},
    {Method::get, "/builder/{hash}/no-search-term/", anyone},
    {Method::post, "/builder/{hash}/no-search-term/", edit},
    {Method::get, "/builder/{hash}/search/{id:digits}/{slug}/", anyone},
    {Method::post, "/builder/{hash}/search/{id:digits}/{slug}/", edit},
    {Method::post, "/builder/{hash}/search/", edit},
    {Method::post, "/builder/{hash}/search/{id:digits}/{slug}/delete/", edit},
    {Method::post, "/builder/{hash}/update/", edit},
    {Method::get, "/codelist/{owner:slug}/", anyone},
    {Method::get, "/codelist/{owner:slug}/add/", create},
    {Method::post, "/codelist/{owner:slug}/add/", create},
    {Method::get, "/codelist/{owner:slug}/under-review/", anyone},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/", anyone},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/-/", anyone},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/-/access/", set_access},
    {Method::post, "/codelist/{owner:slug}/{slug:slug}/-/access/", set_access},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/-/history/", anyone},
    {Method::post, "/codelist/{owner:slug}/{slug:slug}/-/history/", administer_site},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/-/proof/{position}/", anyone},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/clone/", signed_in},
    {Method::post, "/codelist/{owner:slug}/{slug:slug}/clone/", signed_in},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/edit/", edit},
    {Method::post, "/codelist/{owner:slug}/{slug:slug}/edit/", edit},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/upload-version/", edit},
    {Method::post, "/codelist/{owner:slug}/{slug:slug}/upload-version/", edit},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/{version}/", anyone},
    {Method::post, "/codelist/{owner:slug}/{slug:slug}/{version}/create-new-version/", edit},
    {Method::post, "/codelist/{owner:slug}/{slug:slug}/{version}/publish/", edit},
    {Method::post, "/codelist/{owner:slug}/{slug:slug}/{version}/-/sign-off/", edit},
    {Method::post, "/codelist/{owner:slug}/{slug:slug}/{version}/delete/", edit},
    {Method::post, "/codelist/{owner:slug}/{slug:slug}/{version}/dmd-convert", edit},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/{version}/-/decisions.csv", anyone},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/{version}/-/methods/", anyone},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/{version}/-/methods/methods.md", anyone},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/{version}/-/upgrade/", anyone},
    {Method::post, "/codelist/{owner:slug}/{slug:slug}/{version}/-/upgrade/", edit},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/{version}/withdraw/", administer_site},
    {Method::post, "/codelist/{owner:slug}/{slug:slug}/{version}/withdraw/", administer_site},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/{version}/definition.csv", anyone},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/{version}/diff/{other}/", anyone},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/{version}/dmd-download.csv", anyone},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/{version}/download.csv", anyone},
    {Method::get, "/codelist/{owner:slug}/{slug:slug}/{version}/receipt.tlog-proof", anyone},
    {Method::get, "/codelist/user/{owner:slug}/add/", create},
    {Method::post, "/codelist/user/{owner:slug}/add/", create},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/", anyone},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/-/", anyone},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/-/access/", set_access},
    {Method::post, "/codelist/user/{owner:slug}/{slug:slug}/-/access/", set_access},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/-/history/", anyone},
    {Method::post, "/codelist/user/{owner:slug}/{slug:slug}/-/history/", administer_site},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/-/proof/{position}/", anyone},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/clone/", signed_in},
    {Method::post, "/codelist/user/{owner:slug}/{slug:slug}/clone/", signed_in},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/edit/", edit},
    {Method::post, "/codelist/user/{owner:slug}/{slug:slug}/edit/", edit},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/upload-version/", edit},
    {Method::post, "/codelist/user/{owner:slug}/{slug:slug}/upload-version/", edit},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/{version}/", anyone},
    {Method::post, "/codelist/user/{owner:slug}/{slug:slug}/{version}/create-new-version/", edit},
    {Method::post, "/codelist/user/{owner:slug}/{slug:slug}/{version}/publish/", edit},
    {Method::post, "/codelist/user/{owner:slug}/{slug:slug}/{version}/-/sign-off/", edit},
    {Method::post, "/codelist/user/{owner:slug}/{slug:slug}/{version}/delete/", edit},
    {Method::post, "/codelist/user/{owner:slug}/{slug:slug}/{version}/dmd-convert", edit},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/{version}/-/decisions.csv", anyone},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/{version}/-/methods/", anyone},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/{version}/-/methods/methods.md", anyone},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/{version}/-/upgrade/", anyone},
    {Method::post, "/codelist/user/{owner:slug}/{slug:slug}/{version}/-/upgrade/", edit},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/{version}/withdraw/", administer_site},
    {Method::post, "/codelist/user/{owner:slug}/{slug:slug}/{version}/withdraw/", administer_site},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/{version}/definition.csv", anyone},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/{version}/diff/{other}/", anyone},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/{version}/dmd-download.csv", anyone},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/{version}/download.csv", anyone},
    {Method::get, "/codelist/user/{owner:slug}/{slug:slug}/{version}/receipt.tlog-proof", anyone},
    {Method::get, "/coding-systems/latest-releases", anyone},
    {Method::post, "/coding-systems/more-info/{system}", anyone},
    {Method::post, "/coding-systems/update-refset-version/{type}", maintain_refsets},
    {Method::other, "/coding-systems/update-refset-version/{type}", maintain_refsets},
    {Method::get, "/compare/", anyone},
    {Method::post, "/compare/", signed_in},
    {Method::get, "/compare/download.csv", anyone},
    {Method::get, "/contact/", entrance},
    {Method::get, "/conversions/", anyone},
    {Method::post, "/conversions/", anyone},
    {Method::get, "/docs/", entrance},
    {Method::get, "/docs/{page}/", entrance},
    // Only commitments, sizes and hashes.
    {Method::post, "/log/add-cosignature", entrance},
    {Method::get, "/log/checkpoint", entrance},
    {Method::get, "/log/cosigned-checkpoint", entrance},
    {Method::get, "/log/tile/{tile:rest}", entrance},
    {Method::get, "/log/verifier-key", entrance},
    {Method::get, "/organisations/", signed_in},
    {Method::get, "/organisations/{organisation:slug}/", anyone},
    {Method::get, "/organisations/{organisation:slug}/access/", administer_organisation},
    {Method::post, "/organisations/{organisation:slug}/access/", administer_organisation},
    {Method::get, "/organisations/{organisation:slug}/users", administer_organisation},
    {Method::post, "/organisations/{organisation:slug}/users", administer_organisation},
    {Method::post, "/organisations/{organisation:slug}/users/role", administer_organisation},
    {Method::get, "/organisations/{organisation:slug}/users/remove", administer_organisation},
    {Method::post, "/organisations/{organisation:slug}/users/remove", administer_organisation},
    {Method::get, "/releases/", anyone},
    {Method::get, "/releases/{alias}/", anyone},
    {Method::get, "/releases/{alias}/code/{code}/", anyone},
    {Method::get, "/releases/{alias}/report/", anyone},
    {Method::post, "/releases/{alias}/report/", administer_site},
    {Method::get, "/robots.txt", entrance},
    {Method::get, "/static/robots.txt", entrance},
    {Method::get, "/status/", entrance},
    {Method::get, "/superusers/", administer_site},
    {Method::get, "/superusers/codelists/", administer_site},
    {Method::get, "/superusers/codelists/restore/", administer_site},
    {Method::post, "/superusers/codelists/restore/", administer_site},
    {Method::get, "/superusers/codelists/{codelist:digits}/", administer_site},
    {Method::get, "/superusers/codelists/{codelist:digits}/{action}/", administer_site},
    {Method::post, "/superusers/codelists/{codelist:digits}/{action}/", administer_site},
    {Method::get, "/superusers/organisations/", administer_site},
    {Method::post, "/superusers/organisations/", administer_site},
    {Method::get, "/superusers/organisations/{organisation:slug}/", administer_site},
    {Method::post, "/superusers/organisations/{organisation:slug}/", administer_site},
    {Method::get, "/superusers/releases/", administer_site},
    {Method::get, "/superusers/users/", administer_site},
    {Method::post, "/superusers/users/", administer_site},
    {Method::get, "/superusers/users/{username:slug}/", administer_site},
    {Method::get, "/superusers/users/{username:slug}/{action}/", administer_site},
    {Method::post, "/superusers/users/{username:slug}/{action}/", administer_site},
    {Method::get, "/users/{username:slug}/", anyone},
    {Method::get, "/users/{username:slug}/new-codelist/", own_account},
    {Method::post, "/users/{username:slug}/new-codelist/", own_account},
};

bool is_one_of(Role role, std::initializer_list<Role> roles) {
  return std::ranges::find(roles, role) != roles.end();
}

}  // namespace

std::string_view to_string(Role role) {
  constexpr std::array<std::string_view, roles_count> names = {"anonymous",
                                                               "user",
                                                               "collaborator",
                                                               "owner",
                                                               "member",
                                                               "organisation's administrator",
                                                               "site's administrator"};
  return names.at(static_cast<std::size_t>(role));
}

bool allows(Permission permission, Role role) {
  switch (permission) {
    case entrance:
    case anyone:
      return true;
    case signed_in:
      return role != Role::anonymous;
    case own_account:
      return role == Role::owner;
    case create:
    case maintain_refsets:
      return is_one_of(role, {Role::owner, Role::member, Role::organisation_admin});
    case edit:
      return is_one_of(role,
                       {Role::collaborator, Role::owner, Role::member, Role::organisation_admin});
    case set_access:
      return is_one_of(role,
                       {Role::owner, Role::member, Role::organisation_admin, Role::site_admin});
    case remove:
      return is_one_of(role, {Role::collaborator, Role::owner, Role::member,
                              Role::organisation_admin, Role::site_admin});
    case administer_organisation:
      return is_one_of(role, {Role::organisation_admin, Role::site_admin});
    case administer_site:
      return role == Role::site_admin;
  }
  return false;
}

std::span<const RoutePermission> route_permissions() { return rows; }

std::optional<Permission> find_permission(Method method, std::string_view pattern) {
  std::optional<Permission> of_others;
  for (const RoutePermission& row : rows) {
    if (row.pattern != pattern) continue;
    if (row.method == method) return row.permission;
    if (row.method == Method::other) of_others = row.permission;
  }
  return of_others;
}

}  // namespace codelog::identity
