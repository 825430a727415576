// What nobody needs: dependencies that a CMakeLists.txt names in vain, functions that nothing
// calls. Both are heuristics on text that err towards silence. No state, any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace codelog::tests {

// The project's files: path from the root to text.
using Sources = std::map<std::string, std::string>;

// "server_web: projections" for each dependency of a codelog_library() of which no file of its
// folder includes anything, "server_web: undeclared projections" for each include the other way
// round, and "find_package(spdlog)" for each package of the top CMakeLists.txt that no library,
// test or option names.
std::vector<std::string> dependency_breaches(const Sources& sources);

// "next_absent (coding_systems/base/node_set.h)" for each function declared in a header outside
// tests/ that no line outside tests/ mentions, but its declaration and definition. Functions that
// share their name with something used are not found.
std::vector<std::string> dead_functions(const Sources& sources);

}  // namespace codelog::tests
