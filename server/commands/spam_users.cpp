#include "server/commands/spam_users.h"

#include <algorithm>
#include <array>
#include <set>

#include "events/base/text.h"
#include "server/commands/account_rules.h"

namespace codelog::commands {
namespace {

constexpr std::array<std::string_view, 12> spam_endings = {
    ".dynainbox.com", ".fun",  ".mo",    ".online", ".pl", ".ru",
    ".shop",          ".site", ".space", ".store",  ".ua", "hotmails.com"};
constexpr std::array<std::string_view, 3> trusted_parts = {".edu", ".ac.", ".gov"};
constexpr std::ptrdiff_t spam_dots_min = 3;

bool is_trusted(const std::string& email) {
  return email.ends_with(".uk") || std::ranges::any_of(trusted_parts, [&](std::string_view part) {
           return email.find(part) != std::string::npos;
         });
}

std::vector<std::string> spam_reasons(const std::string& username,
                                      const accounts::PersonalData& data) {
  std::vector<std::string> reasons;
  const std::string email = base::ascii_lower(data.email);
  const std::string local = email.substr(0, email.find('@'));
  if (std::ranges::count(local, '.') >= spam_dots_min) {
    reasons.emplace_back("three or more dots in the e-mail address");
  }
  for (const std::string_view ending : spam_endings) {
    if (email.ends_with(ending)) {
      reasons.push_back("the e-mail address ends with " + std::string(ending));
    }
  }
  if (username == data.name && data.name.find(' ') == std::string::npos) {
    reasons.emplace_back("the name is the username");
  }
  return reasons;
}

// The users who have done something on the site.
std::set<std::string> active_users(const Views& views) {
  std::set<std::string> users;
  for (const projections::CodelistRecord& codelist : views.codelists()) {
    for (const projections::Handle& handle : codelist.handles) {
      if (handle.owner.kind == events::OwnerKind::user) users.insert(handle.owner.name);
    }
    users.insert(codelist.collaborators.begin(), codelist.collaborators.end());
    for (const events::SignOff& signoff : codelist.signoffs) users.insert(signoff.username);
    for (const projections::VersionRecord& version : views.versions_of(codelist.id)) {
      if (version.author) users.insert(*version.author);
    }
  }
  return users;
}

}  // namespace

std::vector<SpamUser> find_spam_users(const Site& site, const Views& views) {
  const std::set<std::string> active = active_users(views);
  std::vector<SpamUser> found;
  for (const projections::UserRecord& user : views.users()) {
    if (user.is_erased || user.is_admin || active.contains(user.username)) continue;
    if (!views.organisations_of(user.username).empty()) continue;
    const auto data = open_personal_data(site.keys, user);
    if (!data || is_trusted(base::ascii_lower(data->email))) continue;
    auto reasons = spam_reasons(user.username, *data);
    if (reasons.empty()) continue;
    found.push_back({user.username, data->name, data->email, std::move(reasons)});
  }
  std::ranges::sort(found, {}, &SpamUser::username);
  return found;
}

}  // namespace codelog::commands
