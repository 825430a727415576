// Runs other programs: the servers that the bench measures, and whole processes in tests. The
// child's standard output is read through a pipe, its standard error is kept in memory; it is
// killed when this process dies or lets go of it. Not thread-safe. Errors: io.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "events/base/result.h"

namespace codelog::tools {

struct ProcessOptions {
  std::vector<std::string> arguments;  // the program first: a path, or a name to look up in PATH
  std::vector<std::pair<std::string, std::string>> environment = {};  // added to this process's own
  std::string input = {};  // given on standard input, up to 64 KiB
};

class ChildProcess {
 public:
  static base::Result<ChildProcess> start(const ProcessOptions& options);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  // The next line of its standard output; nothing when it has closed it or the time is up.
  std::optional<std::string> read_line(std::chrono::milliseconds timeout);
  // The rest of its standard output, until it closes it.
  std::string read_all();
  // What it has written to its standard error so far.
  std::string errors() const;

  void send_signal(int signal_number) const;
  // Its exit code, or 128 + the signal that ended it. Waits for its end.
  int wait();
  // The same, if it ends in time.
  std::optional<int> wait_for(std::chrono::milliseconds timeout);

 private:
  ChildProcess() = default;
  void let_go();
  bool fill(std::chrono::milliseconds timeout);  // false at the end of the output, or of the time

  pid_t pid_ = -1;
  int output_ = -1;
  int errors_ = -1;
  std::optional<int> exit_code_;
  std::string buffer_;  // read from output_, not yet handed out
};

struct FinishedProcess {
  int exit_code = 0;
  std::string output;
  std::string errors;
};

// Runs a program to its end.
base::Result<FinishedProcess> run_process(const ProcessOptions& options);

// Where a program of this name is in PATH; nothing where it is not installed (also looks in
// /usr/sbin).
std::optional<std::string> find_program(const std::string& name);

}  // namespace codelog::tools
