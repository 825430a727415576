// The rules of this project's style that a compiler does not check, as a function of one file's
// text. The length of functions is a heuristic for formatted code; clang-tidy's
// readability-function-size is exact, but takes minutes where this takes milliseconds. No state,
// any thread, linear time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace codelog::tests {

// One sentence a breach, each starting with the number of its line. `path` is relative to the root
// of the project; its name and folder decide which rules apply.
std::vector<std::string> breaches_in(std::string_view path, const std::string& text);

// C++ text with comments, literals and preprocessor lines blanked out; lines stay where they are.
std::string code_only(std::string text);

}  // namespace codelog::tests
