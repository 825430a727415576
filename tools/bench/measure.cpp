#include "tools/bench/measure.h"

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace codelog::tools::bench {
namespace {

namespace fs = std::filesystem;

double seconds_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

}  // namespace

double wall_seconds() { return seconds_of(CLOCK_MONOTONIC); }
double thread_cpu_seconds() { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }
double process_cpu_seconds() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }

double cpu_seconds_of(pid_t process) {
  if (process <= 0) return 0;
  // The clock of the process includes threads that have ended.
  clockid_t clock{};
  double sum = ::clock_getcpuclockid(process, &clock) == 0 ? seconds_of(clock) : 0;
  const std::string tasks = "/proc/" + std::to_string(process) + "/task";
  std::error_code error;
  for (const auto& task : fs::directory_iterator(tasks, error)) {
    std::ifstream children(task.path() / "children");
    for (pid_t child = 0; children >> child;) sum += cpu_seconds_of(child);
  }
  return sum;
}

ResidentBytes resident_bytes_of(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  ResidentBytes bytes;
  double kilobytes = 0;
  for (std::string line; std::getline(status, line);) {
    const bool is_now = line.starts_with("VmRSS:");
    if (!is_now && !line.starts_with("VmHWM:")) continue;
    kilobytes = std::strtod(line.c_str() + 6, nullptr);
    (is_now ? bytes.now : bytes.peak) = kilobytes * 1024;
  }
  return bytes;
}

void forget_peak() {
  // Memory freed by earlier work must not count; the allocator returns it after a second.
  std::this_thread::sleep_for(std::chrono::seconds(2));
  std::ofstream("/proc/self/clear_refs") << "5\n";
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto last = static_cast<double>(values.size() - 1);
  const auto at = static_cast<std::ptrdiff_t>(std::llround(share * last));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

double median(std::vector<double> values) { return percentile(std::move(values), 0.5); }

}  // namespace codelog::tools::bench
