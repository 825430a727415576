// The rules of this project's style that a compiler does not check, as a function of one file's
// text. The length of functions is a heuristic for formatted code: clang-tidy's
// readability-function-size is exact, but takes minutes instead of milliseconds. No state, any
// thread, linear time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace codelog::tests {

// One sentence for each breach, starting with its line number. `path` is relative to the root of
// the project; its name and folder select the rules.
std::vector<std::string> breaches_in(std::string_view path, const std::string& text);

// C++ text with comments, literals and preprocessor lines blanked out; line numbers stay the same.
std::string code_only(std::string text);

}  // namespace codelog::tests
