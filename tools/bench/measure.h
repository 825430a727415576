// Clocks and order statistics for the bench. On a machine that others use as well, CPU time says
// what work costs and wall time what else was going on; each figure says which it is.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace codelog::tools::bench {

double wall_seconds();
// Of the calling thread; of this process.
double thread_cpu_seconds();
double process_cpu_seconds();
// Of another process with its children that still run; 0 when it has gone. By the scheduler's
// account, in nanoseconds.
double cpu_seconds_of(pid_t process);
// Bytes of a process in memory: now, and at most so far.
struct ResidentBytes {
  double now = 0;
  double peak = 0;
};
ResidentBytes resident_bytes_of(pid_t process);
// From now on the peak of this process is that of what comes.
void forget_peak();

// The value below which the given share of values lie; 0 where there are none.
double percentile(std::vector<double> values, double share);
double median(std::vector<double> values);

}  // namespace codelog::tools::bench
