#include "tools/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace codelog::tools {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t input_bytes_max = 65536;  // the size of a pipe, so that writing never waits

base::Error system_error(const std::string& what) {
  return {base::ErrorCode::io, what + ": " + std::strerror(errno), {}};
}

// argv and envp in exec's form; made before the fork, since the child may not allocate.
struct ExecArguments {
  std::vector<std::string> texts;
  std::vector<char*> pointers;

  explicit ExecArguments(std::vector<std::string> given) : texts(std::move(given)) {
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
  }
};

std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    bool replaced = false;
    for (const auto& [name, value] : added) {
      replaced = replaced || (text.starts_with(name) && text.substr(name.size()).starts_with('='));
    }
    if (!replaced) all.emplace_back(text);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

// Runs in the child: only calls that are safe between fork and exec.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* environment,
                         int input, int output, int errors, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  ::syscall(SYS_close_range, 3U, ~0U, 0U);
  ::execve(program, arguments, environment);
  ::_exit(127);
}

std::string read_from_start(int descriptor) {
  std::string text;
  char block[65536];
  for (;;) {
    const ssize_t size = ::pread(descriptor, block, sizeof block, static_cast<off_t>(text.size()));
    if (size <= 0) return text;
    text.append(block, static_cast<std::size_t>(size));
  }
}

}  // namespace

base::Result<ChildProcess> ChildProcess::start(const ProcessOptions& options) {
  CODELOG_CHECK(!options.arguments.empty(), "a process needs a program");
  CODELOG_CHECK(options.input.size() <= input_bytes_max, "the input must fit into a pipe");
  const std::string& name = options.arguments.front();
  const auto program =
      name.find('/') != std::string::npos ? std::optional(name) : find_program(name);
  if (!program) return base::Error{base::ErrorCode::io, name + " is not installed", {}};

  int input[2];
  int output[2];
  if (::pipe2(input, O_CLOEXEC) != 0 || ::pipe2(output, O_CLOEXEC) != 0) {
    return system_error("cannot make a pipe");
  }
  const int errors = ::memfd_create("errors", MFD_CLOEXEC);
  if (errors < 0) return system_error("cannot make a memory file");
  ExecArguments arguments(options.arguments);
  ExecArguments environment(environment_with(options.environment));
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    become(program->c_str(), arguments.pointers.data(), environment.pointers.data(), input[0],
           output[1], errors, parent);
  }
  const base::Error failed = system_error("cannot fork");
  ::close(input[0]);
  ::close(output[1]);
  if (pid > 0 && !options.input.empty()) {
    // A child that has already ended does not read its input, which is no error.
    const ssize_t written = ::write(input[1], options.input.data(), options.input.size());
    (void)written;
  }
  ::close(input[1]);
  ChildProcess child;
  child.pid_ = pid;
  child.output_ = output[0];
  child.errors_ = errors;
  if (pid < 0) return failed;
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      output_(std::exchange(other.output_, -1)),
      errors_(std::exchange(other.errors_, -1)),
      exit_code_(other.exit_code_),
      buffer_(std::move(other.buffer_)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this == &other) return *this;
  let_go();
  pid_ = std::exchange(other.pid_, -1);
  output_ = std::exchange(other.output_, -1);
  errors_ = std::exchange(other.errors_, -1);
  exit_code_ = other.exit_code_;
  buffer_ = std::move(other.buffer_);
  return *this;
}

ChildProcess::~ChildProcess() { let_go(); }

void ChildProcess::let_go() {
  if (pid_ > 0 && !exit_code_) {
    send_signal(SIGKILL);
    wait();
  }
  if (output_ >= 0) ::close(output_);
  if (errors_ >= 0) ::close(errors_);
  pid_ = output_ = errors_ = -1;
}

bool ChildProcess::fill(milliseconds timeout) {
  pollfd waiting{output_, POLLIN, 0};
  const int ready = ::poll(&waiting, 1, static_cast<int>(timeout.count()));
  if (ready <= 0) return false;
  char block[65536];
  const ssize_t size = ::read(output_, block, sizeof block);
  if (size <= 0) return false;
  buffer_.append(block, static_cast<std::size_t>(size));
  return true;
}

std::optional<std::string> ChildProcess::read_line(milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  for (;;) {
    const auto end = buffer_.find('\n');
    if (end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0 || !fill(left)) return std::nullopt;
  }
}

std::string ChildProcess::read_all() {
  while (fill(milliseconds(-1))) {
  }
  return std::exchange(buffer_, {});
}

std::string ChildProcess::errors() const { return read_from_start(errors_); }

void ChildProcess::send_signal(int signal_number) const {
  if (pid_ > 0 && !exit_code_) ::kill(pid_, signal_number);
}

int ChildProcess::wait() {
  if (exit_code_) return *exit_code_;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return *exit_code_;
}

std::optional<int> ChildProcess::wait_for(milliseconds timeout) {
  if (exit_code_) return exit_code_;
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0U));
  if (handle < 0) return std::nullopt;
  pollfd waiting{handle, POLLIN, 0};
  const int ready = ::poll(&waiting, 1, static_cast<int>(timeout.count()));
  ::close(handle);
  if (ready <= 0) return std::nullopt;
  return wait();
}

base::Result<FinishedProcess> run_process(const ProcessOptions& options) {
  auto child = ChildProcess::start(options);
  if (!child) return child.error();
  FinishedProcess finished;
  finished.output = child->read_all();
  finished.exit_code = child->wait();
  finished.errors = child->errors();
  return finished;
}

std::optional<std::string> find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string folders = (path != nullptr ? std::string(path) : "/usr/bin:/bin") + ":/usr/sbin";
  for (std::size_t at = 0; at <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', at), folders.size());
    const std::string candidate = folders.substr(at, end - at) + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0 && !std::filesystem::is_directory(candidate)) {
      return candidate;
    }
    at = end + 1;
  }
  return std::nullopt;
}

}  // namespace codelog::tools
