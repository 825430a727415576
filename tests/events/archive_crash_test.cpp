// Kills a process that archives and prunes at any moment: the archive is whole each time, and goes
// on. CODELOG_CRASH_ROUNDS sets the number of kills (12 by default).
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "archive_fixture.h"
#include "events/archive/pruning.h"
#include "log_fixture.h"

namespace codelog::tests::archive_crash_test {
namespace {

int rounds_count() {
  const char* const rounds = std::getenv("CODELOG_CRASH_ROUNDS");
  return rounds == nullptr ? 12 : std::atoi(rounds);
}

// The end of the time begins when the child has opened log and archive, or at once.
enum class Begin { when_open, at_once };

void run_and_kill(const std::filesystem::path& folder, Begin begin,
                  std::chrono::milliseconds after) {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const pid_t process = ::fork();
  REQUIRE(process >= 0);
  if (process == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execl(CODELOG_ARCHIVE_CRASH_CHILD, CODELOG_ARCHIVE_CRASH_CHILD, folder.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  char ready = 0;
  if (begin == Begin::when_open) CHECK(::read(ends[0], &ready, 1) == 1);
  std::this_thread::sleep_for(after);
  ::kill(process, SIGKILL);
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(process, &status, 0) == process);
  REQUIRE(WIFSIGNALED(status));  // otherwise it gave up, and has said why
}

TEST_CASE("a kill at any moment of archiving and pruning loses nothing", "[archive][crash]") {
  const events::TemporaryFolder folder;
  const auto place = archive::make_folder_destination(folder.path() / "archive");
  const auto seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  base::Position archived_before;
  for (int round = 0; round < rounds_count(); ++round) {
    run_and_kill(folder.path(), round % 4 == 0 ? Begin::at_once : Begin::when_open,
                 std::chrono::milliseconds(random() % 150));
    const auto stored = archive::load_manifest(*place);
    if (!stored) {
      // It was killed before there was one.
      REQUIRE(stored.error().code == base::ErrorCode::not_found);
      REQUIRE(archived_before == base::Position(0));
      continue;
    }
    const auto checked = archive::check_archive(*place, archive::CheckDepth::commits, go_on);
    REQUIRE(checked);
    for (const auto& finding : checked->findings) FAIL_CHECK(finding.detail);
    const events::Head head = checked->manifest.head();
    CHECK(head.position >= archived_before);
    archived_before = head.position;
    const auto log = events::open_or_fail(events::options_in(folder));
    REQUIRE(log->head().position >= head.position);
    CHECK(*log->root(head.position.value()) == head.root);
    REQUIRE(archive::prune(*place, {{2, std::nullopt}}, archive::PruneMode::remove,
                           base::SystemClock()));
    const auto pruned = archive::check_archive(*place, archive::CheckDepth::digests, go_on);
    REQUIRE(pruned);
    CHECK(pruned->findings.empty());
    CHECK(pruned->unneeded_count == 0);
  }
  CHECK(archived_before > base::Position(0));
}

}  // namespace
}  // namespace codelog::tests::archive_crash_test
