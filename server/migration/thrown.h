// Errors as exceptions, which the functions of this folder throw: a migration has thousands of
// places where the old site's data may be at fault, and one where it is refused.
#pragma once

#include <string>
#include <utility>

#include "events/base/result.h"
#include "events/base/thrown_error.h"

namespace codelog::migration {

[[noreturn]] inline void throw_error(const base::Error& error) {
  throw base::ThrownError(error, error.detail);
}
[[noreturn]] inline void throw_error(base::ErrorCode code, std::string detail) {
  throw_error({code, std::move(detail), {}});
}

template <class T>
T value_or_throw(base::Result<T> result) {
  if (!result) throw_error(result.error());
  return *std::move(result);
}

inline void check_done(const base::Result<void>& result) {
  if (!result) throw_error(result.error());
}

}  // namespace codelog::migration
