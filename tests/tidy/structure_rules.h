// Finds unneeded code: dependencies that a CMakeLists.txt lists in vain, and functions that nothing
// calls. Both are heuristics on text that prefer to miss a case. No state, any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace codelog::tests {

// The project's files: path from the root, and text.
using Sources = std::map<std::string, std::string>;

// Returns "server_web: projections" for a dependency of a codelog_library() that no file of its
// folder includes, "server_web: undeclared projections" for an include without a dependency, and
// "find_package(spdlog)" for a package of the top CMakeLists.txt that no library, test or option
// names.
std::vector<std::string> dependency_breaches(const Sources& sources);

// Returns "next_absent (coding_systems/algebra/node_set.h)" for a function declared in a header
// outside tests/ and mentioned nowhere else outside tests/ except in its definition. Misses
// functions that share their name with something used.
std::vector<std::string> dead_functions(const Sources& sources);

}  // namespace codelog::tests
