// The sides and regions of a comparison in letters and words. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "server/files/comparison.h"

namespace codelog::web {

// "A" is the first side.
char letter_of(std::size_t side);
bool has_side(files::SideMask mask, std::size_t side);

// "AC"
std::string letters_of(files::SideMask mask);
// Nothing for a text that names no region of so many sides, at most compared_sides_max.
std::optional<files::SideMask> region_named(std::string_view letters, std::size_t sides_count);

// "in A and C only"
std::string words_of_region(files::SideMask mask, std::size_t sides_count);
// "12 %"
std::string share_of(std::size_t count, std::size_t all);

}  // namespace codelog::web
