// CSV for people who open it in a spreadsheet, which would run a cell that begins like a formula.
// Pure.
#pragma once

#include <string>
#include <string_view>

namespace codelog::files {

// The text with an apostrophe before each cell that begins with = + - @, their full-width forms, a
// tab or a line end: OWASP's advice on CSV injection. All other bytes stay as they are.
std::string escape_formulas(std::string_view csv);

// True for the value of the parameter `formulas` that asks for it.
inline bool asks_for_escaped_formulas(std::string_view formulas) { return formulas == "escaped"; }

}  // namespace codelog::files
