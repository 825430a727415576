// Appends with several threads until it is killed, and reports every acknowledged commit on
// standard output. Arguments: FOLDER THREADS SYNC(always|never|later). crash_protocol.h defines the
// commits and the reports.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "crash_protocol.h"
#include "events/rocksdb/rocks_log.h"

using namespace std::literals;

namespace {

using codelog::base::StreamVersion;
namespace events = codelog::events;

// One write, short enough for a pipe to take it whole, so reports of several threads never mix.
void report(const events::CrashReport& report) {
  if (::write(STDOUT_FILENO, &report, sizeof report) != sizeof report) std::_Exit(4);
}

// Leaves commits that are in the kernel but perhaps not on the disk, like a process killed before
// the end of its sync.
void leave_unsynced(events::LogOptions options) {
  constexpr std::uint64_t commits_count = 10;
  options.sync = false;
  const auto log = events::open_log(options);
  if (!log) std::_Exit(6);
  const std::uint64_t first = (*log)->stream_version(events::crash_stream(0)).value();
  for (std::uint64_t i = 0; i < commits_count; ++i) {
    if (!(*log)->append(events::crash_draft(0, first + i))) std::_Exit(7);
  }
}

// A client that repeats a request with its key is told that the request was done, so every stored
// commit counts as acknowledged.
void report_all(const events::Log& log) {
  const auto reader = log.read_all(codelog::base::Position(1), events::Direction::forward);
  while (const auto commit = reader->next()) {
    if (!*commit) std::_Exit(8);
    const auto& stream = (*commit)->content.streams.at(0);
    const auto writer = static_cast<std::uint32_t>(std::stoul(stream.stream.name().substr(7)));
    report({(*commit)->position.value(), stream.version.value(), writer, 0});
  }
}

void append_for_ever(events::Log& log, std::uint32_t writer) {
  for (;;) {
    const std::uint64_t version = log.stream_version(events::crash_stream(writer)).value();
    const auto appended = log.append(events::crash_draft(writer, version));
    if (!appended) {
      std::fprintf(stderr, "append: %s\n", appended.error().detail.c_str());
      std::_Exit(5);
    }
    report({appended->commit.position.value(), version, writer, 0});
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  events::LogOptions options;
  options.folder = argv[1];
  options.sync = argv[3] != "never"s;
  // A short interval, so that a power cut meets witnesses of every age.
  options.witness_sync_interval = std::chrono::milliseconds(5);
  // Little memory, so that tables are written, logs switched and tables merged all the time.
  options.memory_bytes = 256u << 10;
  if (argv[3] == "later"s) leave_unsynced(options);
  const auto log = events::open_log(options);
  if (!log) {
    std::fprintf(stderr, "open: %s\n", log.error().detail.c_str());
    return 3;
  }
  report({0, 0, 0, 0});
  if (argv[3] == "later"s) report_all(**log);
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < std::atoi(argv[2]); ++writer) {
    writers.emplace_back(
        [&log, writer] { append_for_ever(**log, static_cast<std::uint32_t>(writer)); });
  }
}
