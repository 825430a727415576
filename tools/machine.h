// The program's needs of the machine, and its handling of memory.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <thread>

#include "events/base/clock.h"
#include "events/base/result.h"

namespace codelog::tools {

// The log's store cannot be opened with fewer.
inline constexpr std::size_t open_files_min = 64;

// Raises the process's limit of open files as far as the system allows; returns the limit.
std::size_t raise_open_files();

// Errors: unavailable, saying what to do: too few files, or a clock that is not set.
base::Result<void> check_machine(base::Timestamp now, std::size_t open_files);

// Prepares the C library's allocator for a server: few arenas, and large blocks returned to the
// system when freed. Call before the first thread is made.
void bound_allocator();

// Returns free memory of the process to the system after every burst of work. Its thread checks
// once a second, and works at most a fiftieth of the time.
class MemoryReturn {
 public:
  MemoryReturn();

 private:
  std::jthread thread_;
};

}  // namespace codelog::tools
