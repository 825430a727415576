// The names of browsers for people. Pure.
#pragma once

#include <string>
#include <string_view>

namespace codelog::web {

// "Firefox on Linux"; the beginning of the text for a program that is not a known browser.
std::string browser_name(std::string_view user_agent);

}  // namespace codelog::web
