// Appends with several threads until it is killed, and reports every acknowledged commit on
// standard output. Arguments: FOLDER THREADS SYNC(0|1). What it writes and how it says so:
// crash_protocol.h.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "crash_protocol.h"
#include "events/log.h"

using namespace std::literals;

namespace {

using codelog::base::StreamVersion;
namespace events = codelog::events;

// One write, no longer than a pipe takes whole: reports of several threads never mix.
void report(const events::CrashReport& report) {
  if (::write(STDOUT_FILENO, &report, sizeof report) != sizeof report) std::_Exit(4);
}

void append_for_ever(events::EventLog& log, std::uint32_t writer) {
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
  options.sync = argv[3] == "1"s;
  // Soon, so that a power cut meets witnesses of every age.
  options.witness_sync_interval = std::chrono::milliseconds(5);
  // Little, so that tables are written, logs switched and tables merged all the time.
  options.memory_bytes = 256u << 10;
  const auto log = events::EventLog::open(options);
  if (!log) {
    std::fprintf(stderr, "open: %s\n", log.error().detail.c_str());
    return 3;
  }
  report({0, 0, 0, 0});
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < std::atoi(argv[2]); ++writer) {
    writers.emplace_back(
        [&log, writer] { append_for_ever(**log, static_cast<std::uint32_t>(writer)); });
  }
}
