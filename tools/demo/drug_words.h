// Syllables for the names of invented drugs and brands.
#pragma once

#include <array>
#include <string_view>

namespace codelog::demo {

inline constexpr std::array<std::string_view, 12> stem_starts = {"Lan",   "Vero", "Zispe", "Tor",
                                                                 "Quina", "Belo", "Nefri", "Pali",
                                                                 "Osta",  "Myra", "Dexa",  "Lumi"};
inline constexpr std::array<std::string_view, 12> stem_middles = {
    "so", "ti", "me", "ra", "lo", "ni", "do", "ve", "pri", "ca", "fe", "zo"};
inline constexpr std::array<std::string_view, 10> stem_ends = {
    "pril", "sartan", "mide", "zole", "cillin", "tidine", "lukast", "xaban", "dronate", "trel"};

}  // namespace codelog::demo
