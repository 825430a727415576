// Clocks and order statistics for the bench. On a shared machine, CPU time measures the work itself
// and wall time includes other load; each figure says which it is.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "events/base/result.h"

namespace codelog::tools::bench {

double wall_seconds();
// CPU time of the calling thread, and of this process.
double thread_cpu_seconds();
double process_cpu_seconds();
// CPU time of another process with its running children, from the scheduler's account in
// nanoseconds; 0 when the process has ended.
double cpu_seconds_of(pid_t process);
// Bytes of a process in memory: now, and the peak so far.
struct ResidentBytes {
  double now = 0;
  double peak = 0;
};
ResidentBytes resident_bytes_of(pid_t process);
// Resets this process's peak; later calls give the peak from now on.
void forget_peak();

// The value below which the given share of values lies; 0 without values.
double percentile(std::vector<double> values, double share);
double median(std::vector<double> values);

// The milliseconds of a request that returns a Result, and the median of `rounds_count` of them,
// which get their number. Errors: those of the request.
template <class Request>
base::Result<double> elapsed_ms(Request request) {
  const double before = wall_seconds();
  if (const auto answer = request(); !answer) return answer.error();
  return (wall_seconds() - before) * 1e3;
}
template <class Request>
base::Result<double> median_elapsed_ms(int rounds_count, Request request) {
  std::vector<double> times_ms;
  for (int round = 0; round < rounds_count; ++round) {
    const auto time_ms = elapsed_ms([&] { return request(round); });
    if (!time_ms) return time_ms.error();
    times_ms.push_back(*time_ms);
  }
  return median(times_ms);
}

}  // namespace codelog::tools::bench
