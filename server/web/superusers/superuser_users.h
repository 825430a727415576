// People, for administrators of the site: find, add, change, deactivate, erase.
#pragma once

#include "server/http/router.h"
#include "server/web/visit.h"

namespace codelog::web {

void add_superuser_users(http::Router& router, application::Application& application);

// Rows of people whose username, name or address has the text, ignoring case; at most `count_max`.
struct FoundUser {
  projections::UserRecord record;
  accounts::PersonalData data;
};
std::vector<FoundUser> find_users(const Visit& visit, std::string_view text, std::size_t count_max);
void add_user_row(pages::Section& place, const FoundUser& user);

}  // namespace codelog::web
