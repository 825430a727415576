#include <csignal>

#include <catch2/catch.hpp>

#include "server/site/temporary_folder.h"
#include "tools/child_process.h"

namespace codelog::tools::processes_test {
namespace {

using std::chrono::milliseconds;

TEST_CASE("a process's output, errors and exit code are returned", "[processes]") {
  const auto finished =
      run_process({.arguments = {"sh", "-c", "read x; echo \"got $x $Y\"; echo bad >&2; exit 3"},
                   .environment = {{"Y", "env"}},
                   .input = "line\n"});
  REQUIRE(finished);
  CHECK(finished->output == "got line env\n");
  CHECK(finished->errors == "bad\n");
  CHECK(finished->exit_code == 3);
}

TEST_CASE("a missing program is an error", "[processes]") {
  const auto finished = run_process({.arguments = {"no-such-program-anywhere"}});
  REQUIRE_FALSE(finished);
  CHECK_THAT(finished.error().detail, Catch::Contains("not installed"));
  CHECK_FALSE(find_program("no-such-program-anywhere"));
  CHECK(find_program("sh"));
}

TEST_CASE("lines can be read while the process runs", "[processes]") {
  auto child = ChildProcess::start({.arguments = {"sh", "-c", "echo one; echo two; exec cat"}});
  REQUIRE(child);
  CHECK(child->read_line(milliseconds(5000)) == "one");
  CHECK(child->read_line(milliseconds(5000)) == "two");
  CHECK(child->wait() == 0);  // its input is closed
  CHECK_FALSE(child->read_line(milliseconds(5000)));
}

TEST_CASE("a signal shows in the exit code", "[processes]") {
  auto child = ChildProcess::start({.arguments = {"sleep", "1000"}});
  REQUIRE(child);
  CHECK_FALSE(child->wait_for(milliseconds(1)));
  child->send_signal(SIGKILL);
  CHECK(child->wait_for(milliseconds(5000)) == 128 + SIGKILL);
}

TEST_CASE("a process is killed when its handle is destroyed", "[processes]") {
  pid_t pid = 0;
  {
    auto child = ChildProcess::start({.arguments = {"sleep", "1000"}});
    REQUIRE(child);
    pid = child->pid();
    CHECK(::kill(pid, 0) == 0);
  }
  CHECK(::kill(pid, 0) != 0);
}

TEST_CASE("a temporary folder is removed with its content", "[processes]") {
  std::filesystem::path path;
  {
    const auto folder = site::TemporaryFolder::make();
    REQUIRE(folder);
    path = folder->path();
    std::filesystem::create_directory(path / "below");
    CHECK(std::filesystem::is_directory(path));
  }
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK_FALSE(site::TemporaryFolder::make("/nowhere/at/all"));
}

}  // namespace
}  // namespace codelog::tools::processes_test
