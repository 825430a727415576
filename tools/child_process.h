// Runs other programs: the servers that the bench measures, and whole processes in tests. A pipe
// carries the child's standard output; its standard error is kept in memory. The child is killed
// when this process dies or when the object is destroyed. Not thread-safe. Errors: io.
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
  std::vector<std::string> arguments;  // first the program: a path, or a name to look up in PATH
  std::vector<std::pair<std::string, std::string>> environment = {};  // added to this process's own
  std::string input = {};  // for standard input, up to 64 KiB
};

class ChildProcess {
 public:
  static base::Result<ChildProcess> start(const ProcessOptions& options);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  // The next line of the child's standard output; nothing when it has closed the output or the time
  // is over.
  std::optional<std::string> read_line(std::chrono::milliseconds timeout);
  // The rest of the child's standard output, up to its end.
  std::string read_all();
  // The child's standard error so far.
  std::string errors() const;

  void send_signal(int signal_number) const;
  // Waits for the end of the child. Returns its exit code, or 128 + the signal that ended it.
  int wait();
  // As wait(), or nothing if the child does not end in time.
  std::optional<int> wait_for(std::chrono::milliseconds timeout);

 private:
  ChildProcess() = default;
  void let_go();
  bool fill(std::chrono::milliseconds timeout);  // false at the end of the output or of the time

  pid_t pid_ = -1;
  int output_ = -1;
  int errors_ = -1;
  std::optional<int> exit_code_;
  std::string buffer_;  // read from output_, not yet returned
};

struct FinishedProcess {
  int exit_code = 0;
  std::string output;
  std::string errors;
};

// Runs a program to its end.
base::Result<FinishedProcess> run_process(const ProcessOptions& options);

// The path of a program in PATH or /usr/sbin; nothing if it is not installed.
std::optional<std::string> find_program(const std::string& name);

}  // namespace codelog::tools
