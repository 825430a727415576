// What the program needs of the machine that it runs on, and what it does with its memory.
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

// Lets the process open as many files as the system allows it, and gives how many that are.
std::size_t raise_open_files();

// Errors: unavailable, saying what to do: too few files, or a clock that has not been set.
base::Result<void> check_machine(base::Timestamp now, std::size_t open_files);

// Sets the C library's allocator up for a server: few arenas, and large blocks given back to the
// system when they are freed. Before the first thread is made.
void bound_allocator();

// Gives memory that is free, but still the process's, back to the system after every burst of work.
// Its thread looks once a second, and works at most a fiftieth of the time.
class MemoryReturn {
 public:
  MemoryReturn();

 private:
  std::jthread thread_;
};

}  // namespace codelog::tools
