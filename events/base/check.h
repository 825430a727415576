// CODELOG_CHECK states a promise of our own code. A broken promise prints its place and reason and
// aborts, in every build: a log that continues after its own invariants failed is worse than one
// that stops. Bad input, full disks and stale versions are Errors (result.h), never checks.
#pragma once

#include <string_view>

namespace codelog::base {

[[noreturn]] void check_failed(const char* condition, std::string_view why, const char* file,
                               int line);

}  // namespace codelog::base

#define CODELOG_CHECK(condition, why)                                       \
  do {                                                                      \
    if (!(condition)) [[unlikely]] {                                        \
      ::codelog::base::check_failed(#condition, (why), __FILE__, __LINE__); \
    }                                                                       \
  } while (false)
