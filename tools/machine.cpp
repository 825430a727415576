#include "tools/machine.h"

#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>

#include "tools/operations_routes.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using std::chrono::steady_clock;

// No commit is older, and the log's store accepts no times before 1970.
constexpr const char* earliest_day = "2020-01-01";

constexpr int arenas_max = 4;
constexpr int block_bytes_max = 256 << 10;  // larger blocks are mapped, and unmapped when freed
// of processor time; a process that did less has freed little
constexpr double work_seconds_min = 0.01;
constexpr std::chrono::seconds look_interval{1};
constexpr int rest_factor = 50;

void return_memory(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  double worked_before = cpu_seconds();
  steady_clock::time_point next;
  while (!wake.wait_for(lock, stop, look_interval, [&] { return stop.stop_requested(); })) {
    const auto before = steady_clock::now();
    if (before < next || cpu_seconds() < worked_before + work_seconds_min) continue;
    ::malloc_trim(0);
    worked_before = cpu_seconds();
    const auto after = steady_clock::now();
    next = after + (after - before) * rest_factor;
  }
}

}  // namespace

std::size_t raise_open_files() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return open_files_min;
  const rlimit raised{files.rlim_max, files.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) files = raised;
  return files.rlim_cur;
}

base::Result<void> check_machine(base::Timestamp now, std::size_t open_files) {
  if (open_files < open_files_min) {
    return Error{ErrorCode::unavailable,
                 "the process may open only " + std::to_string(open_files) +
                     " files, and needs at least " + std::to_string(open_files_min) +
                     ": raise the limit (ulimit -n 4096; of a systemd unit: LimitNOFILE=4096)",
                 {}};
  }
  if (now < *base::parse_timestamp(earliest_day)) {
    return Error{ErrorCode::unavailable,
                 "the clock of this machine says " + base::format_timestamp(now) +
                     ": set it first, since the log records times",
                 {}};
  }
  return {};
}

void bound_allocator() {
  ::mallopt(M_ARENA_MAX, arenas_max);
  ::mallopt(M_MMAP_THRESHOLD, block_bytes_max);
  ::mallopt(M_TRIM_THRESHOLD, block_bytes_max);
}

MemoryReturn::MemoryReturn() : thread_(return_memory) {}

}  // namespace codelog::tools
