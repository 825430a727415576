// What clients learn about a code of a version besides its status, as bits of one number.
#pragma once

#include <cstdint>

namespace codelog::commands {

enum CodeFlag : std::uint8_t {
  flag_active = 1,
  flag_found = 2,    // a search of the version found it
  flag_assumed = 4,  // its status waits for confirmation
  flag_unknown = 8,  // the release does not have it
  flag_between = 16,
};

}  // namespace codelog::commands
