// Kills and power cuts at any moment: every acknowledged commit is there afterwards, whole and in
// place. CODELOG_CRASH_ROUNDS sets the rounds of each (20 kills, 10 power cuts by default).
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>
#include <thread>

#include "crash_protocol.h"
#include "log_fixture.h"

namespace codelog::events::log_crash_test {
namespace {

using base::Position;

int rounds_or(int usual) {
  const char* const rounds = std::getenv("CODELOG_CRASH_ROUNDS");
  return rounds == nullptr ? usual : std::atoi(rounds);
}

unsigned random_seed() {
  const unsigned seed = std::random_device()();
  UNSCOPED_INFO("seed " << seed);
  return seed;
}

// The acknowledged commits that are on the disk; `later`: all but those left by an earlier process.
enum class Sync { always, never, later };

const char* to_text(Sync sync) {
  switch (sync) {
    case Sync::always:
      return "always";
    case Sync::never:
      return "never";
    case Sync::later:
      return "later";
  }
  return "";
}

// The child program, with a pipe for its reports.
class Child {
 public:
  Child(const std::filesystem::path& folder, int threads, Sync sync,
        const std::map<std::string, std::string>& environment) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const std::string threads_text = std::to_string(threads);
    process_ = ::fork();
    REQUIRE(process_ >= 0);
    if (process_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
      ::execl(CODELOG_CRASH_CHILD, CODELOG_CRASH_CHILD, folder.c_str(), threads_text.c_str(),
              to_text(sync), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    reports_ = ends[0];
  }
  ~Child() {
    ::close(reports_);
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The next report; nothing when the child has ended.
  std::optional<CrashReport> next() {
    CrashReport report{};
    std::size_t got = 0;
    while (got < sizeof report) {
      const ssize_t size =
          ::read(reports_, reinterpret_cast<char*>(&report) + got, sizeof report - got);
      if (size <= 0) return std::nullopt;
      got += static_cast<std::size_t>(size);
    }
    return report;
  }
  void kill() { ::kill(process_, SIGKILL); }
  // True if the child was killed by any process; false if it gave up.
  bool was_killed() {
    int status = 0;
    REQUIRE(::waitpid(process_, &status, 0) == process_);
    process_ = -1;
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

 private:
  pid_t process_ = -1;
  int reports_ = -1;
};

using Acknowledged = std::map<std::uint64_t, CrashReport>;  // by position

// Lets the child run for this many acknowledgements, ends it, and collects the reports still on
// their way. With 0, ends it at once: while it opens the log, or before.
template <class End>
void run_until(Child& child, std::uint64_t count, Acknowledged& acknowledged, End end) {
  std::uint64_t seen = 0;
  bool ended = count == 0;
  if (ended) end();
  while (const auto report = child.next()) {
    if (report->position > 0) {
      CHECK(acknowledged.emplace(report->position, *report).second);
      ++seen;
    }
    if (!ended && seen >= count) {
      end();
      ended = true;
    }
  }
  CHECK(child.was_killed());
}

// Checks that every acknowledged commit is in place, and that the whole log is sound.
void check_log(const EventLog& log, const Acknowledged& acknowledged) {
  const Head head = log.head();
  if (!acknowledged.empty()) REQUIRE(head.position.value() >= acknowledged.rbegin()->first);
  const auto reader = log.read_all(Position(1), Direction::forward);
  std::map<Stream, std::uint64_t> versions;
  std::uint64_t position = 0;
  Commit commit;
  for (;;) {
    const auto read = reader->next_into(commit);
    if (!read) FAIL(read.error().detail);
    if (!*read) break;
    REQUIRE(commit.position.value() == ++position);
    const StreamExpectation& stream = commit.content.streams.at(0);
    REQUIRE(stream.version.value() == versions[stream.stream]++);
    const auto found = acknowledged.find(position);
    if (found == acknowledged.end()) continue;
    REQUIRE(commit.content == crash_draft(found->second.writer, found->second.version));
  }
  CHECK(position == head.position.value());
  const auto findings = log.verify({});
  REQUIRE(findings);
  for (const Finding& finding : *findings) {
    FAIL_CHECK(finding.position.value() << ": " << finding.detail);
  }
}

// The environment that names the watched folder and the way its power is cut.
std::map<std::string, std::string> power_loss(const TemporaryFolder& folder) {
  return {{"LD_PRELOAD", CODELOG_POWER_LOSS_LIBRARY},
          {"CODELOG_POWER_LOSS_ROOT", folder.path().string()},
          // A sanitizer demands to be loaded first; the check is off, because it also works after
          // this library.
          {"ASAN_OPTIONS", "verify_asan_link_order=0"}};
}

class Fifo {
 public:
  explicit Fifo(std::filesystem::path path) : path_(std::move(path)) {
    REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
    // Opened for reading and writing, so that neither side waits for the other to open it.
    file_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(file_ >= 0);
  }
  ~Fifo() { ::close(file_); }
  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void trigger() { CHECK(::write(file_, "x", 1) == 1); }

 private:
  std::filesystem::path path_;
  int file_ = -1;
};

// The result of a round of power loss.
enum class Outcome { kept, lost_acknowledged, refused };

Outcome lose_power(const TemporaryFolder& folder, Sync sync, std::uint64_t count,
                   Acknowledged& acknowledged) {
  const TemporaryFolder elsewhere;
  Fifo fifo(elsewhere.path() / "trigger");
  auto environment = power_loss(folder);
  environment["CODELOG_POWER_LOSS_TRIGGER"] = fifo.path().string();
  Child child(folder.path() / "log", 4, sync, environment);
  run_until(child, count, acknowledged, [&] { fifo.trigger(); });
  LogOptions options = options_in(folder);
  const auto log = open_log(options);
  if (!log) {
    UNSCOPED_INFO(log.error().detail);
    return Outcome::refused;
  }
  const bool all =
      acknowledged.empty() || (*log)->head().position.value() >= acknowledged.rbegin()->first;
  if (!all) return Outcome::lost_acknowledged;
  check_log(**log, acknowledged);
  return Outcome::kept;
}

}  // namespace

TEST_CASE("killing the process at any moment loses nothing acknowledged", "[log][crash]") {
  const TemporaryFolder folder;
  std::mt19937 random(random_seed());
  Acknowledged acknowledged;
  const int rounds = rounds_or(20);
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    const std::size_t before = acknowledged.size();
    const std::uint64_t count = round % 4 == 3 ? 0 : 1 + random() % 400;
    Child child(folder.path() / "log", 1 + static_cast<int>(random() % 8), Sync::always, {});
    run_until(child, count, acknowledged, [&] {
      // With a count of 0, waits until the child is somewhere in opening the log.
      for (auto turns = count == 0 ? random() % 100'000 : 0ul; turns > 0; --turns) {
        std::this_thread::yield();
      }
      child.kill();
    });
    if (count > 0) CHECK(acknowledged.size() >= before + count);
    check_log(*open_or_fail(options_in(folder)), acknowledged);
  }
}

TEST_CASE("a power cut at any moment loses nothing acknowledged", "[log][crash]") {
  const TemporaryFolder folder;
  std::mt19937 random(random_seed());
  Acknowledged acknowledged;
  const int rounds = rounds_or(10);
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    CHECK(lose_power(folder, Sync::always, 1 + random() % 500, acknowledged) == Outcome::kept);
  }
  CHECK(acknowledged.size() >= static_cast<std::size_t>(rounds));
}

TEST_CASE("a power cut after a restart loses no commit that the restart had found",
          "[log][crash]") {
  const TemporaryFolder folder;
  std::mt19937 random(random_seed());
  const int rounds = rounds_or(10) / 2 + 1;
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    Acknowledged acknowledged;  // reported again in each round
    CHECK(lose_power(folder, Sync::later, 10 + random() % 50, acknowledged) == Outcome::kept);
  }
}

TEST_CASE("without syncing, a power cut loses acknowledged commits, and the test notices",
          "[log][crash]") {
  std::mt19937 random(random_seed());
  int bitten = 0;
  const int rounds = rounds_or(10) / 2 + 1;
  for (int round = 0; round < rounds; ++round) {
    const TemporaryFolder folder;
    Acknowledged acknowledged;
    const auto outcome = lose_power(folder, Sync::never, 1 + random() % 500, acknowledged);
    if (outcome != Outcome::kept) ++bitten;
  }
  // A round with few commits keeps them if they were synced along with something else. The control
  // is that most rounds lose some.
  CHECK(bitten > rounds / 2);
}

TEST_CASE("a power cut at any sync of making a log leaves one that opens", "[log][crash]") {
  // Cuts the power at the n-th sync, from the first sync of a new folder to those of the first
  // commits.
  bool appended = false;
  for (int number = 1; !appended; ++number) {
    CAPTURE(number);
    const TemporaryFolder folder;
    auto environment = power_loss(folder);
    environment["CODELOG_POWER_LOSS_AT_SYNC"] = std::to_string(number);
    Acknowledged acknowledged;
    Child child(folder.path() / "log", 2, Sync::always, environment);
    run_until(child, ~0ull, acknowledged, [] {});
    check_log(*open_or_fail(options_in(folder)), acknowledged);
    appended = acknowledged.size() >= 10;
  }
}

}  // namespace codelog::events::log_crash_test
