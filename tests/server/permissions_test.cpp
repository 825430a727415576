// The table of permissions against the server: every route × role, signed in by a session and by a
// token.
#include "server/identity/permissions.h"

#include <catch2/catch.hpp>
#include <set>

#include "tests/server/permission_matrix.h"

namespace codelog::tests::permissions_test {
namespace {

using http::Method;
using identity::Permission;
using identity::Role;
using identity::RoutePermission;

bool is_refused(const Reply& reply) {
  if (reply.status == 401 || reply.status == 403) return true;
  // A form without a session's token.
  if (reply.status == 400 && reply.body.find("CSRF") != std::string::npos) return true;
  if (reply.status != 302) return false;
  const std::string to = reply.header("location");
  return to == "/" || to == "/organisations/" || to.starts_with("/accounts/login/");
}

// Everybody may sign in or out, which would change who the later cells are.
bool is_about_signing_in(const RoutePermission& row) {
  return row.pattern.starts_with("/accounts/") && row.permission == Permission::entrance;
}

// No session or token has the id that the test names.
bool has_made_up_id(std::string_view pattern) {
  return pattern.starts_with("/accounts/settings/") &&
         pattern.find("{id}") != std::string_view::npos;
}

void check_cell(PermissionMatrix& matrix, const RoutePermission& row, bool is_users, Role role,
                Way way) {
  const Subject subject = matrix.make_subject(is_users, row.permission != Permission::remove);
  INFO(http::to_string(row.method) << " " << row.pattern << " as " << identity::to_string(role)
                                   << (way == Way::token ? " by token" : " by session")
                                   << (is_users ? ", a user's" : ", an organisation's"));
  const Reply reply = matrix.ask(row, subject, role, way);
  INFO(reply.status << " " << reply.header("location") << " " << reply.body.substr(0, 300));
  const bool is_signed_in =
      way == Way::token ? takes_tokens(row.pattern) : takes_sessions(row.pattern);
  const bool is_allowed = identity::allows(row.permission, is_signed_in ? role : Role::anonymous);
  CHECK(is_refused(reply) != is_allowed);
  CHECK(reply.status < 500);
  if (is_allowed) CHECK((reply.status != 404 || has_made_up_id(row.pattern)));
}

}  // namespace

TEST_CASE("every route has a permission, and every permission a route", "[permissions]") {
  const ApiSite site;
  std::set<std::string> patterns;
  for (const http::Route& route : site.routes().routes()) {
    patterns.insert(route.pattern);
    for (const Method method : route.methods) {
      INFO(http::to_string(method) << " " << route.pattern);
      CHECK(identity::find_permission(method, route.pattern));
    }
  }
  std::set<std::pair<Method, std::string_view>> rows;
  for (const RoutePermission& row : identity::route_permissions()) {
    INFO(http::to_string(row.method) << " " << row.pattern);
    CHECK(patterns.contains(std::string(row.pattern)));
    CHECK(rows.insert({row.method, row.pattern}).second);
  }
}

TEST_CASE("each role may do what the table says, by session and by token", "[permissions]") {
  PermissionMatrix matrix;
  for (const RoutePermission& row : identity::route_permissions()) {
    if (is_about_signing_in(row) || row.method == Method::other) continue;
    for (const bool is_users : {false, true}) {
      if (!can_be_about(row, is_users)) continue;
      for (std::size_t i = 0; i < identity::roles_count; ++i) {
        const auto role = static_cast<Role>(i);
        if (!exists(role, is_users)) continue;
        check_cell(matrix, row, is_users, role, Way::session);
        check_cell(matrix, row, is_users, role, Way::token);
      }
    }
  }
}

}  // namespace codelog::tests::permissions_test
