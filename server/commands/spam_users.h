// Finds accounts that look like those of spammers, by OpenCodelists' rules. Pure reads.
#pragma once

#include <string>
#include <vector>

#include "server/commands/executor.h"

namespace codelog::commands {

struct SpamUser {
  std::string username;
  std::string name;
  std::string email;
  std::vector<std::string> reasons;  // "three or more dots in the e-mail address", …
};

// Never finds administrators, members of an organisation, users with a codelist of their own, with
// a collaboration, a sign-off or a version, and users with an e-mail address of a university, a
// government or the United Kingdom. Users whose data cannot be opened are left out. Sorted by name.
std::vector<SpamUser> find_spam_users(const Site& site, const Views& views);

}  // namespace codelog::commands
