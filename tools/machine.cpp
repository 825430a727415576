#include "tools/machine.h"

#include <sys/resource.h>

#include <string>

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;

// No commit is older, and the log's store accepts no times before 1970.
constexpr const char* earliest_day = "2020-01-01";

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

}  // namespace codelog::tools
