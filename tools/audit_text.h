// The answers about a site's history (blame, changes, replays and stories of server/api) as text
// for people. Pure.
#pragma once

#include <string>

#include "tools/json.h"

namespace codelog::tools {

// The text with this name; empty if there is none.
std::string text_of(const Json& object, const char* name);

// The codes of an answer of getBlame, and its answer about one code.
std::string blame_table(const Json& codes);
std::string describe_life(const Json& life);
std::string describe_changes(const Json& changes);
std::string describe_site_changes(const Json& changes);
std::string describe_replay(const Json& replay);
std::string describe_story(const Json& story);

}  // namespace codelog::tools
