// Texts of publishers who still write Windows-1252. Pure.
#pragma once

#include <string>
#include <string_view>

namespace codelog::coding_systems {

// Bytes that Windows-1252 does not use become U+FFFD.
std::string utf8_of_windows_1252(std::string_view text);

}  // namespace codelog::coding_systems
