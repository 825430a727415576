// The program's needs of the machine.
#pragma once

#include <cstddef>

#include "events/base/clock.h"
#include "events/base/result.h"

namespace codelog::tools {

// The log's store cannot be opened with fewer.
inline constexpr std::size_t open_files_min = 64;

// Raises the process's limit of open files as far as the system allows; returns the limit.
std::size_t raise_open_files();

// Errors: unavailable, saying what to do: too few files, or a clock that is not set.
base::Result<void> check_machine(base::Timestamp now, std::size_t open_files);

}  // namespace codelog::tools
