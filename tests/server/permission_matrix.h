// A site with one user for each role, things for the requests of the table of permissions to name,
// and those requests.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "server/identity/permissions.h"
#include "tests/server/browser.h"

namespace codelog::tests {

// How a request is signed.
enum class Way { session, token };

// The things that a row's request names.
struct Subject {
  bool is_users = false;  // the codelist is uma's, not the organisation's
  std::string slug;
  std::string under_review;
  std::string draft;
  std::string search;
  std::uint64_t position = 0;  // of its last commit
  base::CodelistId codelist;
};

struct PermissionMatrix {
  static constexpr const char* alias = "snomedct_small_20240101";

  PermissionMatrix();

  // New for every cell. Only administrators delete published things.
  Subject make_subject(bool is_users, bool is_published);
  // Sends the row's request.
  Reply ask(const identity::RoutePermission& row, const Subject& subject, identity::Role role,
            Way way);
  // As above, a form by session without the token of its page.
  Reply forge(const identity::RoutePermission& row, const Subject& subject, identity::Role role);

  ApiSite site;
  std::map<identity::Role, Browser> browsers;
  int subjects_count = 0;
};

// Of the user who has the role; empty for nobody.
std::string name_of(identity::Role role);
// Roles that a row's subject can have: an organisation has no owner, a user no members.
bool exists(identity::Role role, bool is_users);
bool takes_tokens(std::string_view pattern);
bool takes_sessions(std::string_view pattern);

// For kinds of subject: those that the row's address can name.
bool can_be_about(const identity::RoutePermission& row, bool is_users);

commands::Write by_system();

}  // namespace codelog::tests
