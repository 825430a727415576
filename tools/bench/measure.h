// Clocks and order statistics for the bench. On a shared machine, CPU time measures the work itself
// and wall time includes other load; each figure says which it is.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

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

}  // namespace codelog::tools::bench
